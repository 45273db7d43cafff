"""Workers of interests, interactions and trends, two of each: frozen, or cut off from Kafka."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.registry import ITEM_INTERACTIONS, QUERIES
from harness.kafka import uncommitted, until
from harness.proxy import Proxy
from harness.true_states import SOURCES
from harness.watched import Worker

#: The least that the settings allow, so that a freeze need not be long.
SESSION_S = 6

#: Records that wait where nothing has gathered.
_FEW = 300

_SERVICES = {
    "interests": SOURCES,
    "interactions": tuple(topic for topic in SOURCES if topic is not QUERIES),
    "trends": (ITEM_INTERACTIONS,),
}


class Workers:
    """Two workers of each service: one of them reaches the broker through a proxy.

    Args:
        config: of the services.
        folder: for their logs.
        proxy: a second way to the broker.
    """

    def __init__(self, config: ServiceConfig, folder: Path, proxy: Proxy) -> None:
        self._config = config
        self._proxy = proxy
        behind = msgspec.structs.replace(config, brokers=proxy.address)
        settings = {"FRESHET_SESSION_TIMEOUT_S": str(SESSION_S)}
        self._workers = [
            Worker(name, way, folder, settings) for name in _SERVICES for way in (config, behind)
        ]

    async def start(self) -> None:
        """Start all under load, and wait until each has partitions and works."""
        for worker in self._workers:
            worker.start()
        await self._rebuilt(self._workers, [0] * len(self._workers))

    async def freeze(self, worker: int, seconds: float) -> None:
        """A worker stands still in the midst of what it does, and goes on."""
        async with self._back([self._workers[worker]]):
            self._workers[worker].hang()
            await asyncio.sleep(seconds)
            self._workers[worker].go_on()

    async def stall(self, seconds: float) -> None:
        """Nothing comes through to the workers behind the proxy for a while."""
        async with self._back(self._workers[1::2]):
            self._proxy.stall()
            await asyncio.sleep(seconds)
            self._proxy.go_on()

    @asynccontextmanager
    async def _back(self, workers: Sequence[Worker]) -> AsyncIterator[None]:
        """Wait at the end of the block until they are members again, and nothing has gathered."""
        before = [_loads(worker) for worker in workers]
        yield
        await self._rebuilt(workers, before)

    async def _rebuilt(self, workers: Sequence[Worker], before: Sequence[int]) -> None:
        def they_have() -> bool:
            for worker in self._workers:
                worker.running.child.check()
            return all(
                _loads(worker) > loads for worker, loads in zip(workers, before, strict=True)
            ) and all(0 <= _lag(worker) < _FEW for worker in self._workers)

        # The load goes on meanwhile.
        await until(lambda: asyncio.to_thread(they_have), 120)

    async def done(self) -> None:
        """Wait until everything that was sent is confirmed."""

        async def nothing_is_behind() -> bool:
            return not any(
                [
                    await uncommitted(self._config, name, topic)
                    for name, topics in _SERVICES.items()
                    for topic in topics
                ]
            )

        await until(nothing_is_behind, 120)

    def said(self, text: str) -> int:
        """How often their logs say something."""
        return sum(worker.running.log().count(text) for worker in self._workers)

    def stop(self) -> None:
        for worker in self._workers:
            worker.kill()


def _loads(worker: Worker) -> int:
    return worker.running.log().count("partitions rebuilt in")


def _lag(worker: Worker) -> float:
    """Records that wait for a worker; -1 if it has no partitions, or does not answer."""
    lines = [
        line
        for line in worker.running.get("/metrics")[1].splitlines()
        if line.startswith("freshet_lag_records{")
    ]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines) if lines else -1


@contextmanager
def workers(config: ServiceConfig, folder: Path, proxy: Proxy) -> Iterator[Workers]:
    """The workers for the length of a `with` block, not yet started."""
    with ExitStack() as stack:
        them = Workers(config, folder, proxy)
        stack.callback(them.stop)
        yield them
