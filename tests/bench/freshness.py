"""Click to recommendation: how long until a list knows a click, at several rates.

Run: `make bench`, or this file with [--seconds S] [--rates R …] [--partitions P]. Starts its own
Kafka and every service; all share this machine's cores with the load. The load is open-loop:
arrival times are drawn beforehand and each click's time counts from its arrival, so a click that
had to wait to be sent counts as late. Beside it, the same load through a bare two-hop echo.
"""

import argparse
import asyncio
import tempfile
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.derived import Cause
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CATALOG, CLICKS, ITEMS, RECOMMENDATIONS
from freshet.topics import broker as topics
from freshet_demo.processes import Child, running, service_commands
from freshet_kafka import local_broker
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.simulation import Simulation

USERS = 2_000
ITEM_COUNT = 2_000

#: Twice the workers of a service, as docs/how-to/sizing.md has it.
PARTITIONS = 2

#: From so many clicks a second on, the load's producer gathers for as long as Kafka's own Java
#: client does by default (since 4.0). Its wait counts: a click's time starts at its arrival.
MANY = 500
LINGER_MS = 5


class Answer(msgspec.Struct):
    """What is looked at of a list: reading all of it would take from what is measured."""

    user_id: str
    caused_at: Cause


_decode_answer = msgspec.json.Decoder(Answer).decode
_decode_click = msgspec.json.Decoder(Click).decode


class Waiting:
    """Clicks on their way, and how long those took that have arrived."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._by_user: dict[str, deque[tuple[int, float]]] = defaultdict(deque)

    def sent(self, user: str, number: int, arrival_s: float) -> None:
        self._by_user[user].append((number, arrival_s))

    def known(self, user: str, number: int) -> None:
        """A list knows this click of a user, and so all before it."""
        now_s = time.perf_counter()
        mine = self._by_user[user]
        while mine and mine[0][0] <= number:
            self.seconds.append(now_s - mine.popleft()[1])

    def __len__(self) -> int:
        return sum(map(len, self._by_user.values()))


def listed(value: bytes) -> tuple[str, str]:
    made = _decode_answer(value)
    return made.user_id, made.caused_at.event_id


def echoed(value: bytes) -> tuple[str, str]:
    click = _decode_click(value)
    return click.user_id, click.event_id


class Route(NamedTuple):
    """Where clicks go in, where answers come out, and how to read (user, event_id) from one."""

    source: str
    target: str
    read: Callable[[bytes], tuple[str, str]]


def measure(brokers: str, route: Route, rate: float, seconds: float) -> list[float]:
    """Send clicks at a rate and wait for the answers; seconds that each took.

    By Kafka's client in C, as the load should take little of the cores from what is measured.
    """
    random = np.random.default_rng(int(rate))
    count = int(rate * seconds)
    arrivals = np.cumsum(random.exponential(1 / rate, count)).tolist()
    users = random.integers(0, USERS, count).tolist()
    items = random.integers(0, ITEM_COUNT, count).tolist()
    run = f"{route.target}-{time.time_ns()}"
    waiting = Waiting()
    producer = Producer(
        {
            "bootstrap.servers": brokers,
            "acks": "all",
            "linger.ms": LINGER_MS if rate >= MANY else 0,
            # As every other client does it.
            "partitioner": "murmur2_random",
        }
    )
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": run,
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 100,
        }
    )
    consumer.assign(
        [TopicPartition(route.target, n, end) for n, end in enumerate(ends(consumer, route.target))]
    )
    over = threading.Event()

    def listen() -> None:
        while not over.is_set():
            record = consumer.poll(0.1)
            if record is None:
                continue
            if record.error():
                raise KafkaException(record.error())
            user, event_id = route.read(record.value() or b"")
            name, _, number = event_id.rpartition("/")
            if name == run:
                waiting.known(user, int(number))

    with ThreadPoolExecutor(1) as beside:
        listening = beside.submit(listen)
        try:
            start = time.perf_counter()
            for n, after in enumerate(arrivals):
                pause = start + after - time.perf_counter()
                if pause > 0:
                    time.sleep(pause)
                user = f"user-{users[n]}"
                click = Click(
                    event_id=f"{run}/{n}",
                    event_time=time.time_ns() // 1_000_000,
                    user_id=user,
                    item_id=f"shop-{items[n]}",
                )
                waiting.sent(user, n, start + after)
                producer.produce(route.source, encode(click), user)
                producer.poll(0)
            deadline = time.perf_counter() + 30
            while len(waiting) and time.perf_counter() < deadline and not listening.done():
                time.sleep(0.05)
        finally:
            over.set()
        listening.result()
    producer.flush()
    consumer.close()
    if len(waiting):
        raise SystemExit(f"{len(waiting)} of {count} clicks never came back")
    return waiting.seconds


def ends(consumer: Consumer, topic: str) -> list[int]:
    """Where each partition ends."""
    partitions = consumer.list_topics(topic).topics[topic].partitions
    return [consumer.get_watermark_offsets(TopicPartition(topic, n))[1] for n in sorted(partitions)]


async def hop(brokers: str, source: str, target: str) -> None:
    """Take each record and send it on."""
    async with (
        AIOKafkaConsumer(source, bootstrap_servers=brokers) as consumer,
        AIOKafkaProducer(bootstrap_servers=brokers, acks="all") as producer,
    ):
        while True:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    await producer.send(target, record.value, record.key)


def hops(brokers: str, names: list[str]) -> None:
    """From each topic to the next."""

    async def run() -> None:
        await asyncio.gather(*(hop(brokers, *pair) for pair in pairwise(names)))

    asyncio.run(run())


def report(name: str, rate: float, seconds: list[float]) -> None:
    p50, p99, p999 = np.percentile(np.array(seconds) * 1000, [50, 99, 99.9])
    print(
        f"{name:10} {rate:>7,.0f} clicks/s"
        f"   p50 {p50:7.1f}   p99 {p99:7.1f}   p99.9 {p999:7.1f} ms",
        flush=True,
    )


def echo(brokers: str, partitions: int, rates: list[float], seconds: float) -> None:
    names = [f"echo-{n}" for n in range(3)]
    admin = AdminClient({"bootstrap.servers": brokers})
    for made in admin.create_topics([NewTopic(name, partitions, 1) for name in names]).values():
        made.result()
    hopping = get_context("spawn").Process(target=hops, args=(brokers, names), daemon=True)
    hopping.start()
    route = Route(names[0], names[-1], echoed)
    # A hop reads from the end: what is sent before it is there never comes back.
    time.sleep(5)
    measure(brokers, route, max(rates), 10)
    for rate in rates:
        report("echo", rate, measure(brokers, route, rate, seconds))
    hopping.terminate()


def understood(config: ServiceConfig) -> None:
    """Wait until the catalog has every item: before that a list may be empty, and is not sent."""
    consumer = Consumer({"bootstrap.servers": config.brokers, "group.id": "understood"})
    while sum(ends(consumer, config.topic(CATALOG.name))) < ITEM_COUNT:
        time.sleep(0.2)
    consumer.close()


def freshet(config: ServiceConfig, rates: list[float], seconds: float) -> None:
    world = Simulation(SimulatorConfig(items=ITEM_COUNT), "bench", time.time_ns() // 1_000_000)
    producer = Producer({"bootstrap.servers": config.brokers})
    for item in world.catalogue():
        producer.produce(config.topic(ITEMS.name), encode(item), item.item_id)
    producer.flush()
    understood(config)
    route = Route(config.topic(CLICKS.name), config.topic(RECOMMENDATIONS.name), listed)
    # Warm: partitions assigned, catalog read, the broker's code compiled for the load.
    measure(config.brokers, route, 100, 10)
    measure(config.brokers, route, max(rates), 10)
    for rate in rates:
        report("freshet", rate, measure(config.brokers, route, rate, seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=float, nargs="*", default=[10, 200, 500, 1000])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--partitions", type=int, default=PARTITIONS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, local_broker("kafka") as broker:
        config = ServiceConfig(brokers=broker.bootstrap)
        asyncio.run(topics.apply(config, 1, arguments.partitions))
        echo(broker.bootstrap, arguments.partitions, arguments.rates, arguments.seconds)
        children: list[Child]
        settings = {"FRESHET_BROKERS": broker.bootstrap}
        with running(Path(folder), settings, service_commands()) as children:
            freshet(config, arguments.rates, arguments.seconds)
            for child in children:
                child.check()


if __name__ == "__main__":
    main()
