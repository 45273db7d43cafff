"""Back-pressure: how many bytes were read and not yet let go, and whether to read more."""

import asyncio
from contextlib import suppress

from faust.types import TP


class InFlight:
    """Counts the bytes of batches between fetch and acknowledgement.

    Faust counts messages, and a message here is a batch of any size, so bytes are what bounds
    memory however far behind a worker is.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self._sizes: dict[tuple[TP, int], int] = {}
        self._changed = asyncio.Event()

    def add(self, tp: TP, offset: int, size: int) -> None:
        """A batch was read; `offset` is its last.

        Args:
            tp: the partition.
            offset: the batch's last.
            size: in bytes.
        """
        self._sizes[tp, offset] = size
        self.bytes += size

    def remove(self, tp: TP, offset: int) -> None:
        """A batch was let go; one that is not known (it was revoked) changes nothing."""
        self.bytes -= self._sizes.pop((tp, offset), 0)
        self._changed.set()

    def clear(self) -> None:
        """All partitions were revoked."""
        self._sizes.clear()
        self.bytes = 0
        self._changed.set()

    async def room(self, timeout_s: float) -> bool:
        """Whether more may be read, waiting for it up to `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self.bytes >= self.limit_bytes:
                    self._changed.clear()
                    await self._changed.wait()
        return self.bytes < self.limit_bytes
