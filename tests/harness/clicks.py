"""Clicks of many users, and what the interests service must make of them."""

import asyncio
from collections import defaultdict
from typing import Any

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.derived import CatalogItem, Interests
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CATALOG, CLICKS, INTERESTS
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.interest.fold import Arrived, fold
from harness.kafka import log_of, newest_of, send, uncommitted

USERS = 400
ITEM_COUNT = 97

_state = msgspec.json.Decoder(Interests).decode
_click = msgspec.json.Decoder(Click).decode
_item = msgspec.json.Decoder(CatalogItem).decode


def clicks(first: int, count: int) -> list[Click]:
    return [
        Click(
            event_id=f"click-{n}",
            event_time=1_700_000_000_000 + n,
            user_id=f"user-{n * 7919 % USERS}",
            item_id=f"item-{n % ITEM_COUNT}",
        )
        for n in range(first, first + count)
    ]


async def send_steadily(config: ServiceConfig, first: int, sets: int, size: int) -> None:
    for n in range(sets):
        await send(config, CLICKS, clicks(first + n * size, size))
        await asyncio.sleep(0.05)


async def all_committed(config: ServiceConfig) -> bool:
    return await uncommitted(config, "interests", CLICKS) == 0


async def recomputed(config: ServiceConfig) -> dict[bytes, Interests]:
    """What the states must be: one fold over the whole log of each user."""
    knowledge = CatalogKnowledge()
    for value in (await newest_of(config, CATALOG)).values():
        item = _item(value)
        knowledge.put(item.item_id, item)
    users: dict[bytes, list[Arrived]] = defaultdict(list)
    for record in await log_of(config, CLICKS):
        event = _click(record.value)
        users[record.key].append(Arrived("clicks", record.offset, record.timestamp, event))
    states = {key: fold(None, arrived, knowledge) for key, arrived in users.items()}
    return {key: state for key, state in states.items() if state is not None}


async def published(config: ServiceConfig) -> dict[bytes, Interests]:
    return {key: _state(value) for key, value in (await newest_of(config, INTERESTS)).items()}


async def assert_offsets_never_go_back(config: ServiceConfig) -> None:
    """No worker published a state older than one published before it."""
    applied: dict[Any, int] = {}
    for record in await log_of(config, INTERESTS):
        offset = _state(record.value).applied["clicks"]
        assert offset > applied.get(record.key, -1)
        applied[record.key] = offset
