"""Closing a client, which may hang or raise: it must hide nothing that happened before."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

#: How long a client may take to say good-bye: whom it speaks to forgets who has just gone.
CLOSE_S = 5.0


async def close(closing: Coroutine[Any, Any, None]) -> None:
    """Await a client's closing for a while, and hide no error by it.

    On a connection that does not answer, closing may take for ever. After one that has broken,
    aiokafka's raises a CancelledError, which would take the place of what ended the work.
    """
    task = asyncio.ensure_future(asyncio.gather(closing, return_exceptions=True))
    await asyncio.wait({task}, timeout=CLOSE_S)
    if not task.done():
        task.cancel()
        log.warning("a client did not close within %.0f s and is left", CLOSE_S)
        return
    (reason,) = task.result()
    if reason is not None:
        log.warning("a client failed to close: %r", reason)
