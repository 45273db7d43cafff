"""Workers are killed, join and leave; every event has its effect once."""

import asyncio
import itertools
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.derived import Interests
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS, INTERESTS
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.interest.fold import Arrived, fold
from harness.kafka import alongside, log_of, newest_of, send, uncommitted, until
from harness.services import service

USERS = 400
_decode = msgspec.json.Decoder(Interests).decode
_click = msgspec.json.Decoder(Click).decode


def clicks(first: int, count: int) -> list[Click]:
    return [
        Click(
            event_id=f"click-{n}",
            event_time=1_700_000_000_000 + n,
            user_id=f"user-{n * 7919 % USERS}",
            item_id=f"item-{n % 97}",
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
    users: dict[bytes, list[Arrived]] = defaultdict(list)
    for record in await log_of(config, CLICKS):
        event = _click(record.value)
        users[record.key].append(Arrived("clicks", record.offset, record.timestamp, event))
    states = {key: fold(None, arrived, CatalogKnowledge()) for key, arrived in users.items()}
    return {key: state for key, state in states.items() if state is not None}


async def published(config: ServiceConfig) -> dict[bytes, Interests]:
    return {key: _decode(value) for key, value in (await newest_of(config, INTERESTS)).items()}


async def assert_offsets_never_go_back(config: ServiceConfig) -> None:
    """No worker published a state older than one published before it."""
    applied: dict[Any, int] = {}
    for record in await log_of(config, INTERESTS):
        offset = _decode(record.value).applied["clicks"]
        assert offset > applied.get(record.key, -1)
        applied[record.key] = offset


async def test_a_worker_killed_again_and_again_neither_loses_nor_repeats(
    config: ServiceConfig, tmp_path: Path
) -> None:
    async with alongside(send_steadily(config, 0, sets=60, size=500)):
        for _ in range(3):
            with service("interests", config, tmp_path) as worker:
                seen = 'freshet_records_total{topic="clicks"}'

                async def has_begun(worker: Any = worker, seen: str = seen) -> bool:
                    return bool(worker.metric(seen) > 500)

                await until(has_begun)
                worker.child.kill()
    with service("interests", config, tmp_path):
        await until(lambda: all_committed(config))
    states = await published(config)
    assert sum(state.counters.clicks for state in states.values()) == 30_000
    assert states == await recomputed(config)


async def test_workers_that_join_and_leave_share_the_work_without_a_trace(
    config: ServiceConfig, tmp_path: Path
) -> None:
    async with alongside(send_steadily(config, 0, sets=80, size=300)):
        with service("interests", config, tmp_path) as first:
            with service("interests", config, tmp_path) as second:
                taken = 'freshet_records_total{topic="clicks"}'

                async def both_work() -> bool:
                    return bool(first.metric(taken) > 0 and second.metric(taken) > 0)

                await until(both_work)
            # The second has left in order; the first owns all partitions again.
            assert second.child.process.returncode == 0, second.log()
            await until(lambda: all_committed(config))
            await asyncio.sleep(0)
    with service("interests", config, tmp_path):
        await until(lambda: all_committed(config))
    await assert_offsets_never_go_back(config)
    states = await published(config)
    assert sum(state.counters.clicks for state in states.values()) == 24_000
    assert states == await recomputed(config)


async def test_order_is_kept_within_a_user(config: ServiceConfig, tmp_path: Path) -> None:
    sent = clicks(0, 20_000)
    await send(config, CLICKS, sent)
    with service("interests", config, tmp_path):
        await until(lambda: all_committed(config))
    for state in (await published(config)).values():
        times = state.recent.times_ms
        assert times == sorted(times)
        mine = [click.event_time for click in sent if click.user_id == state.user_id]
        assert times == mine[-len(times) :]
    assert len(list(itertools.chain(await published(config)))) == USERS
