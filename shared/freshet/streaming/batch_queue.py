"""Where fetches wait between Faust's streams and the one task that processes them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from faust import EventT
from faust.types import TP


class BatchQueue:
    """Hands all waiting fetches to the processing task at once.

    While a micro-batch is processed and confirmed the next one gathers: micro-batches grow with the
    load, and with no load each holds one record. A rebalance closes the queue: it waits until the
    micro-batch in work is confirmed, so that no worker writes for a partition that is another's.

    Args:
        on_close: called when the queue has closed, before partitions move.

    Attributes:
        assigned: the partitions that are this worker's.
        is_open: whether fetches are let in.
    """

    def __init__(self, on_close: Callable[[], None]) -> None:
        self._on_close = on_close
        self.assigned: frozenset[TP] = frozenset()
        self._waiting: list[EventT[Any]] = []
        self.is_open = False
        self._arrived = asyncio.Event()
        self._at_work = asyncio.Lock()

    def offer(self, event: EventT[Any]) -> None:
        """A fetch came out of the stream. During a rebalance it is let fall: it comes again."""
        if self.is_open:
            self._waiting.append(event)
            self._arrived.set()

    @asynccontextmanager
    async def take(self) -> AsyncIterator[list[EventT[Any]]]:
        """All fetches that wait, as soon as there is one or the taker is woken.

        A rebalance waits for the block.
        """
        await self._arrived.wait()
        async with self._at_work:
            self._arrived.clear()
            events, self._waiting = self._waiting, []
            yield events

    def wake(self) -> None:
        """Let who takes go on, though nothing has come."""
        self._arrived.set()

    async def close(self) -> None:
        """Let nothing more in, and wait until what is in work is done."""
        self.is_open = False
        self._waiting.clear()
        async with self._at_work:
            self.assigned = frozenset()
            self._on_close()

    def open(self, assigned: Iterable[TP]) -> None:
        """Let fetches of these partitions in."""
        self.assigned = frozenset(assigned)
        self.is_open = True
        # What waits beside the inputs may go on now.
        self.wake()
