"""Services as processes of their own, as they run in production."""

import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from freshet.config import ServiceConfig
from freshet_demo.processes import Child


class Running:
    """A service's process, and what it says of itself."""

    def __init__(
        self,
        name: str,
        config: ServiceConfig,
        folder: Path,
        settings: dict[str, str],
        arguments: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        log = folder / f"{name}-{time.monotonic_ns()}.log"
        self.child = Child(
            name,
            [f"freshet_{name}", *arguments],
            log,
            {
                "FRESHET_BROKERS": config.brokers,
                "FRESHET_TOPIC_PREFIX": config.topic_prefix,
                "FRESHET_SESSION_TIMEOUT_S": "6",
                **settings,
            },
        )

    def log(self) -> str:
        return self.child.log.read_text(errors="replace")

    def get(self, page: str) -> tuple[int, str]:
        """Status and text of one of its pages."""
        port = re.search(r"on port (\d+)", self.log())
        if port is None:
            return 0, ""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}{page}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, line: str) -> float:
        """The value of a metric, named with its labels; 0 if it is not there yet."""
        for text in self.get("/metrics")[1].splitlines():
            if text.startswith(f"{line} "):
                return float(text.rsplit(" ", 1)[1])
        return 0.0

    def wait_ready(self, still_s: float = 60, at_most_s: float = 600) -> None:
        """Wait until it is ready, for as long as it gets on with its start.

        How long a start takes says more about what else the machine does than about the service.

        Args:
            still_s: it may stand still, without a line of log or a moment of the processor.
            at_most_s: for one that is busy for ever.
        """
        started = moved = time.monotonic()
        progress = self._progress()
        while self.get("/ready")[0] != 200:
            self.child.check()
            now, before = time.monotonic(), progress
            progress = self._progress()
            if progress != before:
                moved = now
            assert now - moved < still_s, f"{self.name} stands still:\n{self.log()}"
            assert now - started < at_most_s, f"{self.name} is not ready:\n{self.log()}"
            time.sleep(0.1)

    def _progress(self) -> tuple[int, float]:
        """Bytes of its log, and seconds of the processor that it and its guard have had."""
        seconds = 0.0
        guard = psutil.Process(self.child.process.pid)
        for one in (guard, *guard.children(recursive=True)):
            # It may have ended since it was listed.
            with suppress(psutil.NoSuchProcess):
                times = one.cpu_times()
                seconds += times.user + times.system
        return self.child.log.stat().st_size, seconds

    def resident_bytes(self) -> int:
        """Memory of the service itself, which is its guard's child."""
        (service,) = psutil.Process(self.child.process.pid).children()
        return int(service.memory_info().rss)


@contextmanager
def service(
    name: str,
    config: ServiceConfig,
    folder: Path,
    *,
    ready: bool = True,
    arguments: tuple[str, ...] = (),
    **settings: str,
) -> Iterator[Running]:
    """A service for the length of a `with` block, by default once it is ready."""
    running = Running(name, config, folder, settings, arguments)
    try:
        if ready:
            running.wait_ready()
        yield running
    finally:
        running.child.stop()
