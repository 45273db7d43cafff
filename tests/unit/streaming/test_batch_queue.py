"""Fetches wait together, and a rebalance waits for those in work."""

import asyncio
from typing import Any

from faust.types import TP

from freshet.streaming.batch_queue import BatchQueue

TP0 = TP("clicks", 0)


def queue(closed: list[str] | None = None) -> BatchQueue:
    made = BatchQueue(lambda: closed.append("closed") if closed is not None else None)
    made.open([TP0])
    return made


def offered(into: BatchQueue, *events: Any) -> None:
    for event in events:
        into.offer(event)


async def taken(from_: BatchQueue) -> list[Any]:
    async with asyncio.timeout(5), from_.take() as events:
        return list(events)


async def settled() -> None:
    """Everything that can go on has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_all_that_waits_is_taken_at_once_in_its_order_and_only_once() -> None:
    waiting = queue()
    offered(waiting, 1, 2, 3)
    assert await taken(waiting) == [1, 2, 3]
    offered(waiting, 4)
    assert await taken(waiting) == [4]


async def test_who_takes_waits_until_something_comes() -> None:
    waiting = queue()
    assert await taken(waiting) == [], "opened: what is beside the inputs may go on"
    taking = asyncio.create_task(taken(waiting))
    await settled()
    assert not taking.done()
    offered(waiting, 1)
    assert await taking == [1]


async def test_who_is_woken_goes_on_with_nothing() -> None:
    waiting = queue()
    await taken(waiting)
    waiting.wake()
    assert await taken(waiting) == []


async def test_what_comes_while_a_set_is_in_work_is_the_next_set() -> None:
    waiting = queue()
    offered(waiting, 1)
    async with waiting.take() as events:
        offered(waiting, 2, 3)
        assert events == [1]
    assert await taken(waiting) == [2, 3]


async def test_partitions_move_only_once_what_is_in_work_is_done() -> None:
    closed: list[str] = []
    waiting = queue(closed)
    offered(waiting, 1)
    async with waiting.take():
        closing = asyncio.create_task(waiting.close())
        await settled()
        assert not closing.done()
        assert (len(closed), waiting.is_open, waiting.assigned) == (0, False, frozenset({TP0}))
        # It comes again, to whoever is given the partition.
        offered(waiting, 2)
    await closing
    assert (closed, waiting.assigned) == (["closed"], frozenset())
    waiting.open([TP("clicks", 1)])
    assert waiting.assigned == {TP("clicks", 1)}
    assert await taken(waiting) == []


async def test_what_waited_when_partitions_moved_is_let_fall() -> None:
    waiting = queue()
    offered(waiting, 1)
    await waiting.close()
    waiting.open([TP0])
    offered(waiting, 2)
    assert await taken(waiting) == [2]
