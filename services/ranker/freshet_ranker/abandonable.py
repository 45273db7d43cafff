"""Work in a thread that can be left behind: neither its caller nor the process waits for it."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_abandonable_thread(work: Callable[[], T], timeout_s: float) -> T:
    """What the work returns or raises; it may hang for ever.

    `asyncio.to_thread` would not do: its threads are waited for when the process ends.

    Args:
        work: called in a daemon thread.
        timeout_s: after so long it is left to itself.

    Raises:
        TimeoutError: it took too long.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        try:
            result, error = work(), None
        except BaseException as raised:
            result, error = None, raised
        # Once the loop is closed the process ends, and nobody wants to know any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="fetch-model", daemon=True).start()
    return await asyncio.wait_for(done, timeout_s)
