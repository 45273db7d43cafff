"""Events a second on one core: a bare client, stock Faust, and Freshet's streaming core.

Run: `make bench`, or `python tests/bench/throughput.py [--events N]`. Starts its own Kafka. All
contenders read the same topic, each in a process of its own, one after the other; the figure is
events over the seconds from the first batch to the last confirmation, so starting up is left out.
"""

import argparse
import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import faust
import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from prometheus_client import CollectorRegistry

from freshet.config import ServiceConfig
from freshet.contracts.codec import decoder, encode
from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CATALOG, CLICKS
from freshet.streaming.batch import Batch, Output
from freshet.streaming.run import serve, settle
from freshet.streaming.service import Service
from freshet.topics import broker as topics
from freshet_interests.config import InterestsConfig
from freshet_interests.service import build_service
from freshet_kafka import local_broker

USERS = 10_000
ITEMS = 3_000

CONTENDERS = {
    "bare": "aiokafka getmany + decode",
    "stock": "stock Faust agent, noack_take",
    "stateless": "Freshet, stateless",
    "interests": "Freshet, interests fold + confirmed changelog",
}


async def fill(config: ServiceConfig, events: int) -> None:
    """A catalog, and clicks of users of whom some are far busier than others (lognormal)."""
    random = np.random.default_rng(1)
    activity = random.lognormal(0, 1.2, USERS)
    users = random.choice(USERS, events, p=activity / activity.sum())
    items = random.integers(0, ITEMS, events)
    async with AIOKafkaProducer(
        bootstrap_servers=config.brokers,
        compression_type="lz4",
        linger_ms=20,
        max_batch_size=262_144,
    ) as producer:
        for n in range(ITEMS):
            entry = CatalogItem(
                event_id=f"i{n}",
                event_time=1_700_000_000_000,
                item_id=f"item-{n}",
                title=f"Item {n}",
                tags=[f"tag {one}" for one in random.choice(300, 6, replace=False)],
                embedding=random.normal(0, 0.09, 128).astype("<f2").tobytes(),
                embedding_version="bench",
                content_hash="h",
                published_ms=1_700_000_000_000,
            )
            await producer.send(config.topic(CATALOG.name), encode(entry), entry.item_id.encode())
        for n in range(events):
            click = Click(
                event_id=f"0190a5c2-7a3e-7c1f-8000-{n:012d}",
                event_time=1_700_000_000_000 + n,
                user_id=f"user-{users[n]}",
                item_id=f"item-{items[n]}",
            )
            await producer.send(config.topic(CLICKS.name), encode(click), click.user_id.encode())


class Clock:
    """Events, and the seconds from the first of them to the last."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.events = 0
        self._first = 0.0

    def begin(self) -> None:
        self._first = self._first or time.perf_counter()

    def count(self, events: int) -> bool:
        """Whether all have come."""
        self.events += events
        if self.events >= self.wanted:
            seconds = time.perf_counter() - self._first
            cpu = time.process_time()
            sys.stdout.write(json.dumps({"rate": self.events / seconds, "cpu_s": cpu}) + "\n")
            sys.stdout.flush()
            return True
        return False


async def bare(config: ServiceConfig, clock: Clock) -> None:
    decode = decoder(CLICKS)
    async with AIOKafkaConsumer(
        config.topic(CLICKS.name),
        bootstrap_servers=config.brokers,
        auto_offset_reset="earliest",
        group_id=None,
    ) as consumer:
        while True:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                clock.begin()
                for record in records:
                    decode(record.key, record.value)
                if clock.count(len(records)):
                    return


async def stock(config: ServiceConfig, clock: Clock) -> None:
    app = faust.App(
        config.topic("stock"),
        broker=f"kafka://{config.brokers}",
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        key_serializer="raw",
        value_serializer="raw",
    )
    decode = decoder(CLICKS)
    done = asyncio.Event()

    @app.agent(app.topic(config.topic(CLICKS.name), key_type=bytes, value_type=bytes))
    async def read(stream: Any) -> None:
        async for events in stream.noack_take(1000, within=0.1):
            clock.begin()
            for event in events:
                decode(event.key, event.value)
                event.ack()
            if clock.count(len(events)):
                done.set()

    await app.start()
    await done.wait()
    os._exit(0)


async def ours(service: Service, config: ServiceConfig, clock: Clock) -> None:
    waiting = 0

    def process(batches: Sequence[Batch], now_ms: int) -> Sequence[Output]:
        nonlocal waiting
        clock.begin()
        waiting = sum(batch.size for batch in batches)
        return service.process(batches, now_ms)

    def confirmed(outputs: Sequence[Output], now_ms: int) -> None:
        del outputs, now_ms
        if clock.count(waiting):
            os.kill(os.getpid(), signal.SIGTERM)

    await serve(dataclasses.replace(service, process=process, confirmed=confirmed), config)


def stateless() -> Service:
    def process(batches: Sequence[Batch], now_ms: int) -> Sequence[Output]:
        assert all(batch.records for batch in batches), "decoded, every one"
        return ()

    return Service(
        name="stateless",
        inputs=(CLICKS,),
        process=process,
        registry=CollectorRegistry(),
    )


def contend(name: str, brokers: str, prefix: str, events: int) -> None:
    config = InterestsConfig(brokers=brokers, topic_prefix=prefix)
    clock = Clock(events)
    if name == "bare":
        asyncio.run(bare(config, clock))
    elif name == "stock":
        asyncio.run(stock(config, clock))
    else:
        service = stateless() if name == "stateless" else build_service(config)
        settle()
        asyncio.run(ours(service, config, clock))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--stock-events", type=int, default=50_000)
    parser.add_argument("--contender", nargs=2, metavar=("NAME", "BROKERS"), help="(internal)")
    arguments = parser.parse_args()
    prefix = "bench."
    if arguments.contender:
        name, brokers = arguments.contender
        contend(name, brokers, prefix, arguments.events)
        return
    with local_broker("kafka") as broker:
        config = ServiceConfig(brokers=broker.bootstrap, topic_prefix=prefix)
        asyncio.run(topics.apply(config, 1))
        asyncio.run(fill(config, arguments.events))
        print(f"{arguments.events:,} clicks of {USERS:,} users on {ITEMS:,} items", flush=True)
        rates: dict[str, float] = {}
        servers = broker.bootstrap
        for name, title in CONTENDERS.items():
            events = arguments.stock_events if name == "stock" else arguments.events
            done = subprocess.run(
                [sys.executable, __file__, "--events", f"{events}", "--contender", name, servers],
                stdout=subprocess.PIPE,
                check=True,
                text=True,
                timeout=300,
            )
            rates[name] = json.loads(done.stdout.splitlines()[-1])["rate"]
            ratio = f"{rates[name] / rates['stock']:.1f}x stock" if "stock" in rates else ""
            print(f"{title:48} {rates[name]:>10,.0f} events/s  {ratio}", flush=True)


if __name__ == "__main__":
    main()
