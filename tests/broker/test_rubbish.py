"""Records that would stop a service: too large to be refused whole, or unreadable in its memory."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from freshet.config import ServiceConfig
from freshet.contracts.derived import DeadLetter, Interests
from freshet.contracts.inputs import Click
from freshet.contracts.registry import (
    CATALOG,
    CLICKS,
    DEAD_LETTERS,
    INTERESTS,
    ITEM_INTERACTIONS,
    ITEMS,
    MODELS,
    TRENDS,
    Topic,
)
from freshet.kafka.dead_letters import letters as listed
from freshet.kafka.dead_letters import put_back
from harness.kafka import log_of, newest_of, send, until
from harness.ranking import item
from harness.services import service

T0 = 1_700_000_000_000


def click(n: int) -> Click:
    return Click(event_id=f"c{n}", event_time=T0 + n, user_id="ada", item_id=f"i{n}")


async def letters(config: ServiceConfig) -> list[DeadLetter]:
    records = await log_of(config, DEAD_LETTERS)
    return [msgspec.json.decode(record.value, type=DeadLetter) for record in records]


async def clicks_of_ada(config: ServiceConfig) -> int:
    value = (await newest_of(config, INTERESTS)).get(b"ada")
    try:
        return msgspec.json.decode(value or b"", type=Interests).counters.clicks
    except msgspec.DecodeError:
        return 0


@pytest.mark.parametrize(
    ("worker", "topic", "value"),
    [
        ("interests", CLICKS, b'{"a":1}'),
        ("interactions", CLICKS, b'{"a":1}'),
        ("trends", ITEM_INTERACTIONS, b'{"a":1}'),
        ("catalog", ITEMS, None),
    ],
)
async def test_a_key_of_900_kilobytes_is_a_letter(
    config: ServiceConfig, tmp_path: Path, worker: str, topic: Topic, value: Any
) -> None:
    await send(config, topic, [(os.urandom(900_000), value)], max_request_size=1_000_000)
    with service(worker, config, tmp_path):

        async def refused() -> bool:
            return any(one.service == worker for one in await letters(config))

        await until(refused)
        (letter,) = await letters(config)
        assert letter.key is not None
        assert len(letter.key) == 1024


async def test_a_record_of_a_state_that_cannot_be_read_is_a_letter_and_no_more(
    config: ServiceConfig, tmp_path: Path
) -> None:
    with service("interests", config, tmp_path):
        await send(config, CLICKS, [click(0)])

        async def known() -> bool:
            return await clicks_of_ada(config) == 1

        await until(known)
    await send(config, INTERESTS, [(b"ada", b'{"user_id":"ada"')])
    for n in (1, 2):
        with service("interests", config, tmp_path):
            await send(config, CLICKS, [click(n)])

            # The state before the rubbish is still there, and goes on.
            async def known_again(n: int = n) -> bool:
                return await clicks_of_ada(config) == n + 1

            await until(known_again)
    (letter,) = await letters(config)
    assert (letter.topic, letter.service, letter.offset) == ("interests", "interests", -1)


async def test_a_user_with_no_readable_state_begins_anew(
    config: ServiceConfig, tmp_path: Path
) -> None:
    await send(config, INTERESTS, [(b"ada", b'{"user_id":"ada"')])
    for n in (1, 2):
        with service("interests", config, tmp_path):
            await send(config, CLICKS, [click(n)])

            async def known(n: int = n) -> bool:
                return await clicks_of_ada(config) == n

            await until(known)
    (letter,) = await letters(config)
    assert (letter.topic, letter.service, letter.offset) == ("interests", "interests", -1)


async def test_a_record_of_a_topic_held_whole_that_cannot_be_read_ends_nobody(
    config: ServiceConfig, tmp_path: Path
) -> None:
    await send(config, CATALOG, [item(1)])
    for topic in (CATALOG, TRENDS, MODELS):
        await send(config, topic, [(b"item-2", b"{"), (b"item-3", b'{"partition":1000000000}')])
    for start in (1, 2):
        with service("ranker", config, tmp_path) as ranker:

            async def written(start: int = start) -> bool:
                return len(await letters(config)) == 6 * start

            await until(written)
            assert ranker.get("/ready")[0] == 200
            assert ranker.metric("freshet_ranker_items") == 1
    found = await listed(config, lambda letter: True)
    # However many start and read it: of a record there is one letter.
    assert sorted((letter.topic, letter.reason) for letter in found) == [
        (topic, reason)
        for topic in ("catalog", "item-trends", "models")
        for reason in ("not_json", "schema")
    ]
    assert [letter async for letter in put_back(config, found)] == []
