"""Bytes in flight bound what is read, whatever the size of a batch."""

import asyncio

from faust.types import TP

from freshet.streaming.backpressure import InFlight

TP0, TP1 = TP("clicks", 0), TP("clicks", 1)


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_bytes_are_counted_from_the_fetch_to_the_acknowledgement() -> None:
    flight = InFlight(100)
    flight.add(TP0, 7, 30)
    flight.add(TP1, 7, 50)
    assert flight.bytes == 80
    flight.remove(TP0, 7)
    assert flight.bytes == 50
    # Acknowledged twice, or after its partition had been revoked.
    flight.remove(TP0, 7)
    flight.remove(TP1, 8)
    assert flight.bytes == 50
    flight.clear()
    flight.remove(TP1, 7)
    assert flight.bytes == 0


async def test_more_is_read_below_the_limit_only() -> None:
    flight = InFlight(100)
    flight.add(TP0, 1, 99)
    assert await flight.room(0)
    flight.add(TP0, 2, 1)
    assert not await flight.room(0)
    assert not await flight.room(0.01)


async def test_who_waits_for_room_goes_on_once_there_is_enough() -> None:
    flight = InFlight(100)
    for offset, size in ((1, 60), (2, 60), (3, 60)):
        flight.add(TP0, offset, size)
    waiting = asyncio.create_task(flight.room(5))
    flight.remove(TP0, 1)
    await settled()
    assert not waiting.done(), "120 bytes are still too many"
    flight.remove(TP0, 2)
    assert await waiting


async def test_room_is_made_when_all_partitions_are_revoked() -> None:
    flight = InFlight(100)
    flight.add(TP0, 1, 500)
    waiting = asyncio.create_task(flight.room(5))
    await settled()
    flight.clear()
    assert await waiting
