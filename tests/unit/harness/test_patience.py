"""A wait's seconds are those in which none of our processes wants a core."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness import patience
from harness.patience import Patience, wait_until


@contextmanager
def child(does: str) -> Iterator[None]:
    started = "print('up', flush=True)\n"
    process = subprocess.Popen([sys.executable, "-c", started + does], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.communicate()


BUSY = "while True: pass"
IDLE = "import time; time.sleep(600)"


def lasts(waits: Patience, seconds: float) -> bool:
    """Whether a wait is not over after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not waits.is_over():
        time.sleep(0.05)
    return not waits.is_over()


def test_what_has_work_to_do_is_waited_for() -> None:
    with child(BUSY):
        assert lasts(Patience(1), 3)


def test_what_has_nothing_to_do_is_not() -> None:
    with child(IDLE):
        assert not lasts(Patience(1), 30)


def test_what_is_busy_for_ever_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BUSY_S", 0.5)
    with child(BUSY):
        assert not lasts(Patience(1), 30)


def test_a_condition_that_does_not_come_true_fails_with_what_was_said() -> None:
    with pytest.raises(AssertionError, match="the log"):
        wait_until(lambda: False, 0.1, lambda: "the log")
