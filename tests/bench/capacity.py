"""What a core carries: events of many users, lists by items, a broker's megabytes; and sizes.

Run: `PYTHONPATH=tests python tests/bench/capacity.py [--users N] [--items N …]`. Starts its own
Kafka and services. `load_model.py` and docs/how-to/sizing.md take their figures from here.
What is measured is processor time, so that other programs on the machine change it little: a
worker is one core's worth, and carries as much as a core has seconds.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import psutil
from aiokafka import AIOKafkaConsumer

from bench.footprint import clicks as some_clicks
from bench.footprint import copies, processor_s, say, states
from freshet.config import ServiceConfig
from freshet.contracts.codec import decoder, encode
from freshet.contracts.derived import CatalogItem, Neighbours, Trend
from freshet.contracts.inputs import Click, Impression
from freshet.contracts.registry import (
    CATALOG,
    CLICKS,
    IMPRESSIONS,
    INTERESTS,
    RECOMMENDATIONS,
    TRENDS,
    Topic,
)
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.streaming.batch import Batch, Received
from freshet.topics import broker as topics
from freshet_kafka import Broker, local_broker
from freshet_ranker.item_tables import ItemTables
from harness.kafka import log_of, newest_of, send, until
from harness.services import Running, service

MB = 1_000_000


def entries(count: int) -> Iterator[CatalogItem]:
    """A catalog with random content: what it costs does not depend on what it says."""
    random = np.random.default_rng(1)
    vectors = random.normal(size=(count, 128))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for n in range(count):
        yield CatalogItem(
            event_id=f"i{n}",
            event_time=1_700_000_000_000,
            item_id=f"item-{n}",
            title=f"Item number {n}",
            tags=[f"tag {one}" for one in random.choice(300, 6, replace=False)],
            embedding=vectors[n].astype("<f2").tobytes(),
            embedding_version=EMBEDDING_VERSION,
            content_hash="h",
            tokens=random.integers(1, 8_000, 24).astype("<u2").tobytes(),
            published_ms=1_700_000_000_000 + n,
        )


def burst(users: range, each: int) -> Iterator[Click]:
    """Clicks of many users, one after the other, so that each user's are in one set."""
    now = time.time_ns()
    for user in users:
        for turn in range(each):
            yield Click(
                event_id=f"{now}-{turn}-{user}",
                event_time=now // MB,
                user_id=f"user-{user}",
                item_id=f"item-{(user * 7 + turn) % 2_000}",
            )


async def in_parts(config: ServiceConfig, topic: Topic, messages: Iterator[object]) -> int:
    """Send without holding all in memory; how many were sent."""
    sent, part = 0, []
    for message in messages:
        part.append(message)
        if len(part) == 20_000:
            await send(config, topic, part, compression_type="snappy")  # type: ignore[arg-type]
            sent, part = sent + len(part), []
    await send(config, topic, part, compression_type="snappy")  # type: ignore[arg-type]
    return sent + len(part)


async def spent_s(worker: Running, counts: Mapping[str, float]) -> float:
    """Processor time of a worker until its counters stand at these counts."""
    started = processor_s(worker)

    async def are_reached() -> bool:
        worker.child.check()
        return all(worker.metric(name) >= count for name, count in counts.items())

    await until(are_reached, 900)
    return processor_s(worker) - started


async def fold(config: ServiceConfig, folder: Path, users: int) -> None:
    """The interests service: users with full states, once in a set and four times in one."""
    await topics.apply(config, 1)
    await in_parts(config, CATALOG, entries(2_000))
    known = await states(config)
    await in_parts(config, INTERESTS, copies(known, range(users)))
    metric = 'freshet_interests_folded_events_total{topic="clicks"}'
    for each in (1, 4):
        with service("interests", config, folder) as worker:
            # The first set waits for the memory: that is not what is measured.
            await send(config, CLICKS, some_clicks(64))
            await spent_s(worker, {metric: 64})
            sending = asyncio.create_task(in_parts(config, CLICKS, burst(range(users), each)))
            events = users * each
            spent = await spent_s(worker, {metric: 64 + events})
            await sending
            sets = worker.metric("freshet_set_records_count")
            say(
                f"interests  {each} events a user   {events / spent:>9,.0f} events/s a core"
                f"   {events / max(sets, 1):,.0f} events a set"
            )
    await in_parts(config, IMPRESSIONS, impressions(range(users)))
    with service("interactions", config, folder) as worker:
        counts = {"clicks": 5 * users + 128, "impressions": users}
        spent = await spent_s(
            worker, {f'freshet_records_total{{topic="{one}"}}': n for one, n in counts.items()}
        )
        told = sum(
            worker.metric(f'freshet_interactions_told_total{{topic="{one}"}}') for one in counts
        )
        _say_counting(worker, "events", sum(counts.values()), spent)
    with service("trends", config, folder) as worker:
        spent = await spent_s(worker, {"freshet_trends_interactions_total": told})
        _say_counting(worker, "interactions of items", told, spent)


def _say_counting(worker: Running, what: str, count: float, spent: float) -> None:
    say(
        f"{worker.name:10} {count / spent:>9,.0f} {what}/s a core"
        f"   {worker.resident_bytes() / MB:,.0f} MB"
        f" with {worker.metric('freshet_state_keys'):,.0f} keys"
    )


def follow(items: int) -> None:
    """The ranker's other work: trends, and states that ask for no list."""
    trends = [
        Trend(
            event_id=f"e{n}",
            event_time=1_700_000_000_000,
            item_id=f"item-{n % items}",
            clicks_hour=1.125,
            clicks_day=2.25,
            clicks_week=3.5,
            clicks_ever=100.0,
            impressions_week=20.25,
            neighbours=Neighbours(
                items=[f"item-{(n + one) % items}" for one in range(1, 65)],
                weights=[1.5 + one for one in range(64)],
                total=5_000.25,
            ),
            as_of_ms=1_700_000_000_000 + n,
            applied={
                f"{source}/{one}": n for source in ("clicks", "impressions") for one in range(8)
            },
        )
        for n in range(max(items, 50_000))
    ]
    tables = ItemTables(EMBEDDING_VERSION)
    decode = decoder(TRENDS)
    values = [encode(one) for one in trends]
    started = time.process_time()
    records = [
        Received(decode(trend.item_id.encode(), one), b"", n, 0, ())
        for n, (trend, one) in enumerate(zip(trends, values, strict=True))
    ]
    tables.apply(Batch(TRENDS, 0, records))
    spent = time.process_time() - started
    say(
        f"ranker     {len(values) / spent:>9,.0f} trends/s a core,"
        f" of {np.mean([len(one) for one in values]):.0f} bytes"
    )
    started = time.process_time()
    tables.popularity.refresh(1_800_000_000_000)
    spent = time.process_time() - started
    say(f"ranker     {items:,} items: {spent:.3f} s a second for shares and orders")


def impressions(users: range) -> Iterator[Impression]:
    """Lists of ten as many users saw them."""
    now = time.time_ns()
    for user in users:
        yield Impression(
            event_id=f"{now}-{user}",
            event_time=now // MB,
            user_id=f"user-{user}",
            item_ids=[f"item-{(user * 7 + n) % 2_000}" for n in range(10)],
        )


async def rank(config: ServiceConfig, folder: Path, items: int, lists: int) -> None:
    """The ranker: lists of users with full states, by how many items there are."""
    await topics.apply(config, 1)
    await in_parts(config, CATALOG, entries(items))
    known = await states(config)
    await in_parts(config, INTERESTS, copies(known, range(lists)))
    with service("ranker", config, folder) as worker:
        resident = worker.resident_bytes() / MB
        metric = 'freshet_published_records_total{topic="recommendations"}'
        # The first lists pay for what is made ready once.
        await spent_s(worker, {metric: lists // 10})
        done = worker.metric(metric)
        spent = await spent_s(worker, {metric: lists})
        say(
            f"ranker     {items:>9,} items   {(lists - done) / spent:>9,.0f} lists/s a core"
            f"   {resident:,.0f} MB before the first list"
        )
        quiet = (msgspec.structs.replace(one, acted=False) for one in copies(known, range(lists)))
        metric = 'freshet_records_total{topic="interests"}'
        sending = asyncio.create_task(in_parts(config, INTERESTS, quiet))
        spent = await spent_s(worker, {metric: worker.metric(metric) + lists})
        await sending
        say(f"ranker     {lists / spent:>9,.0f} states/s a core that ask for no list")


@contextmanager
def broker_time(text: Callable[[float], str]) -> Iterator[None]:
    """Say what the broker's process spent in a block."""
    children = psutil.Process().children(recursive=True)
    (process,) = [one for one in children if one.name() == "java"]
    before = process.cpu_times()
    yield
    after = process.cpu_times()
    say(text(after.user + after.system - before.user - before.system))


async def move(config: ServiceConfig, broker: Broker, users: int) -> None:
    """The broker: states written, as the interests service does, and read, as the ranker does."""
    await topics.apply(config, 1)
    await in_parts(config, CATALOG, entries(2_000))
    known = await states(config)
    payload = users * sum(len(encode(state)) for state in known) / len(known) / MB
    with broker_time(lambda spent: f"broker in   {spent / payload * 1000:.1f} ms a MB"):
        await in_parts(config, INTERESTS, copies(known, range(users)))
    with broker_time(lambda spent: f"broker out  {spent / payload * 1000:.1f} ms a MB"):
        async with AIOKafkaConsumer(
            config.topic(INTERESTS.name),
            bootstrap_servers=config.brokers,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=MB,
        ) as consumer:
            read = 0
            while read < users:
                fetched = await consumer.getmany(timeout_ms=1000)
                read += sum(map(len, fetched.values()))
    kept = sum(
        file.stat().st_size
        for folder in broker.data.rglob(f"{config.topic(INTERESTS.name)}-*")
        for file in folder.glob("*.log")
    )
    say(f"broker      {payload:,.0f} MB of states are {kept / MB:,.0f} MB on its disk (snappy)")


async def sizes(config: ServiceConfig, folder: Path, lists: int) -> None:
    """Bytes of records, as the simulator's people make them."""
    await topics.apply(config, 1)
    with (
        service("catalog", config, folder),
        service("interests", config, folder),
        service("interactions", config, folder),
        service("trends", config, folder),
        service("ranker", config, folder) as ranker,
        service(
            "simulator",
            config,
            folder,
            ready=False,
            arguments=("run",),
            FRESHET_VISITS_PER_SECOND="100",
            FRESHET_PEOPLE="1000",
            FRESHET_ITEMS="2000",
        ),
    ):

        async def are_made() -> bool:
            return (
                ranker.metric('freshet_published_records_total{topic="recommendations"}') >= lists
            )

        await until(are_made, 900)
    for topic in (CLICKS, IMPRESSIONS, RECOMMENDATIONS):
        lengths = [len(record.value) for record in await log_of(config, topic)]
        _say_sizes(topic.name, lengths)
    for topic in (CATALOG, INTERESTS):
        _say_sizes(topic.name, [len(one) for one in (await newest_of(config, topic)).values()])


def _say_sizes(name: str, lengths: list[int]) -> None:
    mean, p95 = np.mean(lengths), np.percentile(lengths, 95)
    say(f"{name:15} {mean:>7,.0f} bytes, p95 {p95:>7,.0f}, of {len(lengths):,} records")


async def measure(broker: Broker, arguments: argparse.Namespace, folder: Path) -> None:
    def own(prefix: str) -> ServiceConfig:
        return ServiceConfig(brokers=broker.bootstrap, topic_prefix=f"{prefix}.")

    await sizes(own("sizes"), folder, arguments.lists)
    await fold(own("fold"), folder, arguments.users)
    for items in arguments.items:
        follow(items)
        await rank(own(f"rank{items}"), folder, items, arguments.lists)
    await move(own("move"), broker, arguments.users)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--items", type=int, nargs="*", default=[2_000, 20_000, 100_000])
    parser.add_argument("--lists", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, local_broker("kafka") as broker:
        asyncio.run(measure(broker, arguments, Path(folder)))


if __name__ == "__main__":
    main()
