"""How long a test waits: as long as what it waits for gets on.

How long something takes says more about what else the machine does than about our code. So a wait's
seconds are those in which none of the processes that the test has started wanted a core. One that
runs, or would run if others left it a core, is getting on.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

#: So much longer a wait may last in all, for what is busy for ever.
BUSY_S = 600.0

#: Looking at all processes costs some milliseconds.
_LOOK_S = 0.5


class Patience:
    """A wait that lasts.

    Args:
        seconds: for which all that this process has started may have nothing to do.
    """

    def __init__(self, seconds: float) -> None:
        self._left_s = seconds
        self._end = time.monotonic() + seconds + BUSY_S
        self._looked = time.monotonic()
        self._wanted = _wanted()

    def is_over(self) -> bool:
        """Whether there is nothing more to be waited for."""
        now = time.monotonic()
        passed = now - self._looked
        if passed >= min(_LOOK_S, self._left_s):
            before, self._wanted, self._looked = self._wanted, _wanted(), now
            busy = sum(
                seconds - before.get(thread, 0.0) for thread, seconds in self._wanted.items()
            )
            self._left_s -= max(0.0, passed - busy)
        return self._left_s <= 0 or now > self._end


def wait_until(
    condition: Callable[[], object], seconds: float = 60, said: Callable[[], str] = str
) -> None:
    """Wait for a condition.

    Args:
        condition: asked again and again.
        seconds: see `Patience`.
        said: what a failure says more, such as a log.
    """
    patience = Patience(seconds)
    while not condition():
        assert not patience.is_over(), f"the condition did not come true in time\n{said()}"
        time.sleep(0.05)


def _wanted() -> dict[str, float]:
    """Seconds that each thread of all our children has run or waited for a core."""
    return {
        str(thread): sum(map(int, told.split()[:2])) / 1e9
        for child in psutil.Process().children(recursive=True)
        for thread, told in _threads(child.pid)
    }


def _threads(pid: int) -> Iterator[tuple[Path, str]]:
    # What has ended since it was listed wants nothing more.
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                yield thread, (thread / "schedstat").read_text()
