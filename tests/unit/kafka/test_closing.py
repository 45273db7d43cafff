"""Closing a client takes the place of no error, and no time."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from freshet.kafka import closing
from freshet.kafka.closing import close

Work = Callable[[], Coroutine[Any, Any, None]]


async def waits() -> None:
    await asyncio.Event().wait()


async def fails() -> None:
    raise OSError("the disk is gone")


async def is_cancelled_by_its_client() -> None:
    # As aiokafka's consumer is when it is closed after its network has stalled.
    raise asyncio.CancelledError


@pytest.mark.parametrize("stop", [waits, fails, is_cancelled_by_its_client])
async def test_closing_takes_the_place_of_no_error_and_no_time(
    stop: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(closing, "CLOSE_S", 0.1)

    async def works_and_closes() -> None:
        try:
            raise LookupError("what ended the work")
        finally:
            await close(stop())

    caplog.set_level(logging.WARNING)
    with pytest.raises(LookupError, match="what ended the work"):
        await asyncio.wait_for(works_and_closes(), 5)
    assert "close" in caplog.text


async def test_who_is_told_to_end_while_it_closes_ends() -> None:
    task = asyncio.create_task(close(waits()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 2)
