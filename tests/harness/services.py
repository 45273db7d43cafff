"""Services as processes of their own, as they run in production."""

import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from freshet.config import ServiceConfig
from freshet_demo.processes import Child
from harness.patience import wait_until


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

    def wait_ready(self) -> None:
        """Wait until it is ready."""

        def is_ready() -> bool:
            self.child.check()
            return self.get("/ready")[0] == 200

        wait_until(is_ready, said=self.log)

    def ended(self) -> int:
        """The code that it ends with, by itself or because it was told to."""
        wait_until(lambda: self.child.process.poll() is not None, said=self.log)
        return self.child.process.wait()

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
