"""A whole Freshet under a real Prometheus, and what can be done to its processes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

from freshet.config import ServiceConfig
from freshet_kafka.ports import free_ports
from harness.faster import TARGETS
from harness.patience import Patience
from harness.prometheus import Prometheus
from harness.services import Running


class Worker:
    """A service's process at a place of its own, where Prometheus finds it from its first start on.

    Attributes:
        job: what Prometheus calls it.
        port: where it answers.
    """

    def __init__(
        self,
        job: str,
        config: ServiceConfig,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *arguments: str,
    ) -> None:
        self.job = job
        (self.port,) = free_ports(1)
        self._config = config
        self._folder = folder
        self._settings = {"FRESHET_HTTP_PORT": str(self.port), **(settings or {})}
        self._arguments = arguments
        self._running: Running | None = None

    @property
    def instance(self) -> str:
        """What Prometheus calls the process."""
        return f"127.0.0.1:{self.port}"

    @property
    def running(self) -> Running:
        assert self._running is not None, f"{self.job} was not started"
        return self._running

    def start(self) -> None:
        targets = self._folder / TARGETS
        targets.mkdir(exist_ok=True)
        target = {"targets": [self.instance], "labels": {"job": self.job}}
        part = targets / f"{self.port}.part"
        part.write_text(json.dumps([target]))
        # At once, as Prometheus looks at any time.
        part.rename(part.with_suffix(".json"))
        service = self.job.partition("-")[0]
        self._running = Running(
            service, self._config, self._folder, self._settings, self._arguments
        )

    async def ready(self) -> None:
        """Wait until it says that it is ready."""
        await asyncio.to_thread(self.running.wait_ready)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._running is not None:
            self._running.child.kill()
            self._running = None

    def hang(self) -> None:
        """It stays where it is and does nothing."""
        who_listens(self.port).suspend()

    def go_on(self) -> None:
        who_listens(self.port).resume()


def who_listens(port: int) -> psutil.Process:
    """The process behind a port of this machine."""
    for one in psutil.net_connections("tcp"):
        if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid:
            return psutil.Process(one.pid)
    raise AssertionError(f"nobody listens on port {port}")


class Alerts:
    """What fires, and what has fired since the system was well.

    Args:
        server: that evaluates the rules.
        quiet_s: longer than what is wrong at the start takes to fire.
    """

    def __init__(self, server: Prometheus, quiet_s: float) -> None:
        self._server = server
        self._quiet_s = quiet_s
        self._now: list[dict[str, str]] = []
        self.seen: list[dict[str, str]] = []

    async def follow(self) -> None:
        """For ever."""
        while True:
            self._now = await asyncio.to_thread(self._server.firing)
            self.seen += [one for one in self._now if one not in self.seen]
            await asyncio.sleep(0.5)

    async def settle(self, seconds: float = 120) -> None:
        """Wait until nothing has fired for a while, and forget what fired before."""
        quiet_since = time.monotonic()
        patience = Patience(seconds)
        while time.monotonic() < quiet_since + self._quiet_s:
            assert not patience.is_over(), f"{self._now} fire though nothing is wrong"
            await asyncio.sleep(0.2)
            if self._now:
                quiet_since = time.monotonic()
        self.seen.clear()

    def fires(self, name: str, **labels: str) -> bool:
        """Whether an alert fires now."""
        wanted = {"alertname": name, **labels}
        return any(wanted.items() <= one.items() for one in self._now)

    def has_fired(self, name: str, **labels: str) -> bool:
        """Whether an alert has fired."""
        wanted = {"alertname": name, **labels}
        return any(wanted.items() <= one.items() for one in self.seen)

    async def fired(self, name: str, seconds: float = 180, **labels: str) -> None:
        """Wait until an alert has fired."""
        patience = Patience(seconds)
        while not self.has_fired(name, **labels):
            assert not patience.is_over(), f"{name} {labels} did not fire"
            await asyncio.sleep(0.2)

    async def over(self, name: str, seconds: float = 180, **labels: str) -> None:
        """Wait until an alert fires no more."""
        patience = Patience(seconds)
        while self.fires(name, **labels):
            assert not patience.is_over(), f"{name} {labels} fires still"
            await asyncio.sleep(0.2)


@asynccontextmanager
async def at_the_side(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do some work while the block runs; it ends with the block, and fails it if it fails."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        yield
        task.cancel()
