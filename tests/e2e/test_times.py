"""Old books, wrong clocks and seconds, through the topics of running services."""

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.derived import DeadLetter, Interests, Trend
from freshet.contracts.recommendations import Recommendations
from freshet.contracts.registry import (
    CLICKS,
    DEAD_LETTERS,
    INTERESTS,
    ITEMS,
    RECOMMENDATIONS,
    REQUESTS,
    TRENDS,
)
from harness.kafka import log_of, newest_of, send, until
from harness.services import service

DAY_MS = 24 * 3_600_000
BOOKS = ("book-1954", "book-1", "book-0", "book-now")

Raw = tuple[bytes, bytes]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def message(key: str, **value: Any) -> Raw:
    fields = {"event_id": f"{key}-{time.monotonic_ns()}", "event_time": now_ms(), **value}
    return key.encode(), json.dumps(fields).encode()


def book(name: str, **fields: Any) -> Raw:
    return message(name, item_id=name, title=name, tags=["book"], **fields)


def click(user: str, item: str, event_time: object) -> Raw:
    return message(user, user_id=user, item_id=item, event_time=event_time)


async def answer(config: ServiceConfig, user: str) -> Recommendations:
    """Ask for a list and wait for it."""
    request = f"r-{time.monotonic_ns()}"
    await send(config, REQUESTS, [message(user, event_id=request, user_id=user)])
    found: list[Recommendations] = []

    async def answered() -> bool:
        for record in await log_of(config, RECOMMENDATIONS):
            made = msgspec.json.decode(record.value, type=Recommendations)
            if made.trigger.event_id == request:
                found.append(made)
        return bool(found)

    await until(answered)
    return found[0]


async def interests_of(config: ServiceConfig, user: str, clicks: int) -> Interests:
    """A user's state, once it has so many clicks."""
    found: list[Interests] = []

    async def folded() -> bool:
        value = (await newest_of(config, INTERESTS)).get(user.encode())
        if value is not None:
            found.append(msgspec.json.decode(value, type=Interests))
        return bool(found) and found[-1].counters.clicks == clicks

    await until(folded)
    return found[-1]


def start(stack: ExitStack, config: ServiceConfig, folder: Path) -> None:
    for name in ("catalog", "interactions", "trends", "interests", "ranker"):
        stack.enter_context(service(name, config, folder))


async def test_old_books_and_wrong_clocks_harm_nobody(
    config: ServiceConfig, tmp_path: Path
) -> None:
    year_ms = 365 * DAY_MS
    with ExitStack() as stack:
        start(stack, config, tmp_path)
        await send(
            config,
            ITEMS,
            [
                book("book-1954", published_at="1954-07-29T00:00:00Z"),
                book("book-1", published_at="0001-01-01T00:00:00+14:00"),
                book("book-0", published_at=0),
                book("book-now"),
            ],
        )

        async def all_are_listed() -> bool:
            made = await answer(config, "eve")
            return {one.item_id for one in made.items} == set(BOOKS)

        await until(all_are_listed)
        # A clock that is a year ahead, one 300 days, and times that no event can have.
        await send(config, CLICKS, [click("ada", "book-now", now_ms() + year_ms)])
        await send(config, CLICKS, [click("bob", "book-0", now_ms() + 300 * DAY_MS)])
        await send(config, CLICKS, [click("bob", "book-1", now_ms() + 300 * DAY_MS)])
        await send(
            config,
            CLICKS,
            [
                click("bob", "book-1954", time)
                for time in (
                    "0001-01-01T00:00:00Z",
                    "9999-12-31T23:59:59Z",
                    "2101-01-01T00:00:00Z",
                    now_ms() // 1000,
                    0,
                )
            ],
        )
        await send(config, CLICKS, [click("bob", "book-1954", now_ms())])
        state = await interests_of(config, "bob", clicks=3)
        # The newest click is the newest in the state: nothing is frozen in the future.
        assert state.recent.items[-1] == "book-1954"
        assert max(state.recent.times_ms) <= now_ms()
        # What is popular ages against the newest time that its count knows.
        await send(config, CLICKS, [click("fan", "book-1954", now_ms())])

        async def counted() -> bool:
            counts = await newest_of(config, TRENDS)
            trends = [msgspec.json.decode(value, type=Trend) for value in counts.values()]
            assert all(one.as_of_ms <= now_ms() for one in trends)
            return sum(one.clicks_ever for one in trends) == 5

        await until(counted)
    letters = [
        msgspec.json.decode(record.value, type=DeadLetter)
        for record in await log_of(config, DEAD_LETTERS)
    ]
    refused = [one.detail for one in letters if one.service == "interests"]
    assert len(refused) == 5
    assert sum("are these seconds?" in detail for detail in refused) == 2
    with ExitStack() as stack:
        # Everything that was published is read again by workers that start now.
        start(stack, config, tmp_path)
        await send(config, CLICKS, [click("bob", "book-now", now_ms())])
        assert (await interests_of(config, "bob", clicks=4)).recent.items[-1] == "book-now"
        made = await answer(config, "eve")
        assert {one.item_id for one in made.items} == set(BOOKS)
