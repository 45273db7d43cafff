"""Networks that stall, break and come back, while topics held whole are read and followed."""

import asyncio
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from freshet.config import ServiceConfig
from freshet.contracts.inputs import Item
from freshet.contracts.registry import CATALOG, ITEMS
from freshet.kafka import silence
from freshet.kafka.silence import BrokerSilent
from freshet.kafka.topic_reader import read_partitions
from freshet.streaming.batch import Batch
from freshet.streaming.global_table import GlobalTable
from freshet.streaming.global_table_reader import GlobalTableReader
from freshet.streaming.metrics import streaming_metrics
from freshet.topics import broker as topics
from freshet_kafka import Broker
from harness.kafka import send, until
from harness.proxy import Proxy, proxied_broker
from harness.ranking import item
from harness.services import Running

#: Longer than a client waits for an answer, three times.
STALL_S = 50.0

#: More than is fetched before the network stalls.
HELD = 6_000

#: What says how many items of its view a service knows.
KNOWS = {
    "catalog": 'freshet_view_records_total{topic="catalog"}',
    "interests": "freshet_interests_catalog_items",
    "narrator": "freshet_narrator_items",
    "ranker": "freshet_ranker_items",
}


@pytest.fixture(scope="module")
def network() -> Iterator[tuple[Broker, Proxy]]:
    with proxied_broker() as both:
        yield both


@pytest.fixture
def proxy(network: tuple[Broker, Proxy]) -> Iterator[Proxy]:
    """The way to the broker, whole again afterwards."""
    yield network[1]
    network[1].go_on()


@pytest.fixture
def direct(network: tuple[Broker, Proxy]) -> ServiceConfig:
    """Settings that lead to the broker itself; the topics are there."""
    config = ServiceConfig(brokers=network[0].bootstrap, topic_prefix=f"t{uuid.uuid4().hex[:10]}.")
    asyncio.run(topics.apply(config, 1))
    return config


@pytest.fixture
def behind(direct: ServiceConfig, proxy: Proxy) -> ServiceConfig:
    """Settings that lead through the proxy."""
    return msgspec.structs.replace(direct, brokers=proxy.address)


def goods(first: int, count: int) -> list[Item]:
    return [
        Item(
            event_id=f"e{n}",
            event_time=1_700_000_000_000,
            item_id=f"item-{n}",
            title=f"lamp {n}",
            text="It shines. " * 40,
        )
        for n in range(first, first + count)
    ]


async def fill(config: ServiceConfig, first: int, count: int) -> None:
    await send(config, CATALOG, [item(n) for n in range(first, first + count)])
    await send(config, ITEMS, goods(first, count))


def start(
    stack: ExitStack, config: ServiceConfig, folder: Path, names: Sequence[str] = (*KNOWS,)
) -> list[Running]:
    workers = [Running(name, config, folder, {}) for name in names]
    for worker in workers:
        stack.callback(worker.child.stop)
    return workers


def has_left(worker: Running) -> bool:
    """Whether a worker has ended, which it may only do as a failure, with the reason in its log."""
    code = worker.child.process.poll()
    if code is not None:
        assert code == 1, worker.log()
        assert "CRITICAL" in worker.log(), worker.log()
    return code is not None


async def whole_or_gone(worker: Running, items: int) -> None:
    """Wait until a worker is ready and knows every item, or has left and said why."""

    async def settled() -> bool:
        if has_left(worker):
            return True
        status, _ = await asyncio.to_thread(worker.get, "/ready")
        # The catalog also reads what it writes itself.
        return status == 200 and worker.metric(KNOWS[worker.name]) >= items

    await until(settled, 90)


async def followed(stack: ExitStack, config: ServiceConfig, folder: Path) -> list[Running]:
    """Workers that have read their global tables and follow them."""
    workers = start(stack, config, folder)
    for worker in workers:
        await asyncio.to_thread(worker.wait_ready)
    return workers


async def test_a_network_that_stalls_while_views_are_read_leaves_none_half_read(
    direct: ServiceConfig, behind: ServiceConfig, proxy: Proxy, tmp_path: Path
) -> None:
    await fill(direct, 0, HELD)
    with ExitStack() as stack:
        proxy.stall_after(4_000_000)
        workers = start(stack, behind, tmp_path)

        async def stalled() -> bool:
            return proxy.is_stalled

        await until(stalled)
        await asyncio.sleep(STALL_S)
        proxy.go_on()
        for worker in workers:
            await whole_or_gone(worker, HELD)


async def test_a_network_that_stalls_while_views_are_followed_is_named_and_lived_through(
    direct: ServiceConfig, behind: ServiceConfig, proxy: Proxy, tmp_path: Path
) -> None:
    await fill(direct, 0, 20)
    with ExitStack() as stack:
        workers = await followed(stack, behind, tmp_path)
        proxy.stall()
        stalled_at = time.monotonic()
        await fill(direct, 20, 10)

        async def all_named() -> bool:
            there = [worker for worker in workers if not has_left(worker)]
            pages = [await asyncio.to_thread(worker.get, "/ready") for worker in there]
            return all(status == 503 and "nothing was heard" in text for status, text in pages)

        await until(all_named, silence.NAMED_S + 30)
        await asyncio.sleep(max(0, stalled_at + STALL_S - time.monotonic()))
        proxy.go_on()
        for worker in workers:
            await whole_or_gone(worker, 30)


async def test_a_broker_that_does_not_answer_a_start_ends_it_with_the_reason(
    behind: ServiceConfig, proxy: Proxy, tmp_path: Path
) -> None:
    proxy.stall()
    with ExitStack() as stack:
        for worker in start(stack, behind, tmp_path):

            async def left(worker: Running = worker) -> bool:
                return await asyncio.to_thread(has_left, worker)

            await until(left, 120)
            assert "no broker answers" in worker.log()


async def test_connections_that_are_reset_are_made_again(
    direct: ServiceConfig, behind: ServiceConfig, proxy: Proxy, tmp_path: Path
) -> None:
    await fill(direct, 0, 20)
    with ExitStack() as stack:
        workers = await followed(stack, behind, tmp_path)
        for n in range(5):
            proxy.cut()
            await fill(direct, 20 + n, 1)
        for worker in workers:
            await whole_or_gone(worker, 25)


async def test_a_broker_that_starts_again_is_followed_on(
    network: tuple[Broker, Proxy], direct: ServiceConfig, behind: ServiceConfig, tmp_path: Path
) -> None:
    await fill(direct, 0, 20)
    with ExitStack() as stack:
        workers = await followed(stack, behind, tmp_path)
        await asyncio.to_thread(network[0].restart)
        await fill(direct, 20, 5)
        for worker in workers:
            await whole_or_gone(worker, 25)


class Held:
    """A view that counts, in this process."""

    def __init__(self, config: ServiceConfig) -> None:
        self.items: set[bytes] = set()
        self.registry = CollectorRegistry()
        metrics = streaming_metrics(self.registry, (), ["catalog"])
        self.reader = GlobalTableReader(
            GlobalTable((CATALOG,), self._take), config, "test", metrics
        )

    async def follow(self) -> asyncio.Task[None]:
        """Begin to follow, and wait until all that is there is read."""
        following = asyncio.create_task(self.reader.follow())
        await asyncio.wait_for(self.reader.caught_up.wait(), 30)
        return following

    def _take(self, batch: Batch) -> None:
        self.items |= {record.key for record in batch.records}

    def metric(self, name: str) -> float:
        self.reader.show()
        value = self.registry.get_sample_value(name, {"topic": "catalog"})
        assert value is not None
        return value


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "NAMED_S", 3.0)
    monkeypatch.setattr(silence, "ENDS_S", 10.0)


@pytest.mark.usefixtures("impatient")
async def test_a_network_that_does_not_come_back_ends_a_view_with_the_reason(
    direct: ServiceConfig, behind: ServiceConfig, proxy: Proxy
) -> None:
    await fill(direct, 0, 20)
    held = Held(behind)
    following = await held.follow()
    assert len(held.items) == 20
    assert held.reader.waiting_for() == ""
    proxy.stall()

    async def named() -> bool:
        return held.reader.waiting_for().startswith("catalog, of which nothing was heard for")

    await until(named, 9)
    assert held.metric("freshet_view_silence_seconds") >= 3
    with pytest.raises(BrokerSilent, match=r"nothing was heard of .*catalog for 10 s"):
        await asyncio.wait_for(following, 30)


@pytest.mark.usefixtures("impatient")
async def test_reading_to_the_end_does_not_wait_for_ever(
    direct: ServiceConfig, behind: ServiceConfig, proxy: Proxy
) -> None:
    await fill(direct, 0, HELD)
    proxy.stall_after(1_000_000)
    reading = read_partitions(
        behind, behind.topic("catalog"), range(CATALOG.partitions), lambda *_: None
    )
    with pytest.raises(BrokerSilent):
        await asyncio.wait_for(reading, 40)


async def test_a_client_that_has_stopped_fetching_ends_the_view(direct: ServiceConfig) -> None:
    """Nobody awaits the client's own task: its end would be silence for ever."""
    held = Held(direct)
    following = await held.follow()
    consumer = held.reader._consumer
    assert consumer is not None
    consumer._fetcher.error_future.cancel()
    with pytest.raises(BrokerSilent, match="the Kafka client has stopped fetching"):
        await asyncio.wait_for(following, 20)


async def test_a_view_says_how_far_behind_it_is(direct: ServiceConfig) -> None:
    await fill(direct, 0, 20)
    held = Held(direct)
    following = await held.follow()
    assert held.metric("freshet_view_behind_records") == 0
    assert held.metric("freshet_view_records_total") == 20
    assert held.metric("freshet_view_silence_seconds") < 5
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
