"""A change that is made again until it succeeds, and at once whenever there is news."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

#: How long until what failed is tried again: at first, and after many times in vain.
RETRY_S = 10.0
LONGEST_RETRY_S = 60.0


class Retried:
    """Makes a change whenever there is news, and again while it fails, less and less often.

    Args:
        change: makes it; returns whether it has succeeded. It is cancelled if there is news
            meanwhile: what is wanted now may not need what it waits for.
    """

    def __init__(self, change: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        self._change = change
        self._news = asyncio.Event()
        self._changing: asyncio.Task[bool] | None = None

    def tell(self) -> None:
        """There is news."""
        self._news.set()

    async def first(self, within_s: float) -> None:
        """Make the first change if there is news; what takes longer goes on in `follow`."""
        if self._news.is_set():
            await asyncio.wait({self._begin()}, timeout=within_s)

    async def follow(self) -> None:
        """Make all changes, for ever."""
        pause_s = RETRY_S
        changing = self._changing
        while True:
            if changing is not None and await self._news_before(changing):
                changing.cancel()
                await asyncio.wait({changing})
                if not changing.cancelled():
                    changing.result()
            elif changing is None or changing.result():
                pause_s = RETRY_S
                await self._news.wait()
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), pause_s)
                pause_s = min(2 * pause_s, LONGEST_RETRY_S)
            changing = self._begin()

    def _begin(self) -> asyncio.Task[bool]:
        self._news.clear()
        self._changing = asyncio.create_task(self._change())
        return self._changing

    async def _news_before(self, changing: asyncio.Task[bool]) -> bool:
        news = asyncio.create_task(self._news.wait())
        try:
            await asyncio.wait({changing, news}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        return not changing.done()
