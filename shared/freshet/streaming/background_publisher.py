"""What background tasks have made is published between two micro-batches."""

import asyncio
from collections.abc import Callable, Sequence

from freshet.streaming.batch import Output

#: Makes outputs from what is in memory at that moment, and takes them into it.
Make = Callable[[], Sequence[Output]]


def _nobody() -> None:
    pass


class BackgroundPublisher:
    """Hands work of a service's background tasks to its processing.

    Between two micro-batches everything written before is confirmed and the memory of all assigned
    partitions is there. So what is made then can never come before what it was made from. Where it
    could not be published, as the worker's session had ended, it is made again.

    Attributes:
        wake: wakes the processing, if it waits for events.
    """

    def __init__(self) -> None:
        self.wake: Callable[[], None] = _nobody
        self._waiting: list[tuple[Make, asyncio.Future[None]]] = []

    async def __call__(self, make: Make) -> None:
        """Have outputs made between two micro-batches; returns when the broker has them."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((make, done))
        self.wake()
        try:
            await done
        finally:
            self._waiting.remove((make, done))

    def waiting(self) -> list[tuple[Make, asyncio.Future[None]]]:
        """The work that waits, each with what is told when the broker has what it made."""
        return [(make, done) for make, done in self._waiting if not done.done()]
