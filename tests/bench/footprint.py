"""What a worker needs: memory, processor time an event, seconds to rebuild its memory and to stop.

Run: `PYTHONPATH=tests python tests/bench/footprint.py [--users N …] [--items N …] [--seconds S]`.
Starts its own Kafka and services, and the simulator for their load. `deploy/kubernetes` takes its
requests and limits from here.
"""

import argparse
import asyncio
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import psutil

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.derived import CatalogItem, Interests
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CATALOG, CLICKS, INTERESTS, ITEMS
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.interest.fold import Arrived, fold
from freshet.topics import broker as topics
from freshet_kafka import local_broker
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.simulation import Simulation
from harness.kafka import newest_of, send, until
from harness.services import Running, service

SERVICES = ("catalog", "interests", "interactions", "trends", "ranker", "narrator")

#: Users whose states are folded; all others have copies of theirs.
FOLDED = 200
ACTS = 64
MIB = 1_048_576
WARM_UP_S = 20

_item = msgspec.json.Decoder(CatalogItem).decode


def say(text: str) -> None:
    print(text, flush=True)


def processor_s(running: Running) -> float:
    """Processor time of the service itself, which is its guard's child."""
    (child,) = psutil.Process(running.child.process.pid).children()
    times = child.cpu_times()
    return float(times.user + times.system)


def stopped_s(running: Running) -> float:
    """Seconds from SIGTERM to the end of the process."""
    started = time.monotonic()
    running.child.process.send_signal(signal.SIGTERM)
    code = running.child.process.wait(60)
    assert code == 0, running.log()
    return time.monotonic() - started


async def fill_catalog(config: ServiceConfig, folder: Path, count: int) -> None:
    """Items of the simulator's shop, read by the catalog service."""
    world = Simulation(SimulatorConfig(items=count), "footprint", time.time_ns() // 1_000_000)
    await send(config, ITEMS, world.catalogue())
    with service("catalog", config, folder) as catalog:
        started = processor_s(catalog)

        async def is_read() -> bool:
            return catalog.metric('freshet_published_records_total{topic="catalog"}') >= count

        await until(is_read, 600)
        spent = processor_s(catalog) - started
        say(
            f"catalog    {count:>9,} items   {catalog.resident_bytes() / MIB:7.0f} MiB"
            f"   {spent / count * 1000:.2f} ms of a core an item"
        )


async def states(config: ServiceConfig) -> list[Interests]:
    """What well-known users are like, by the fold that serves."""
    knowledge = CatalogKnowledge()
    items = [_item(value) for value in (await newest_of(config, CATALOG)).values()]
    for item in items:
        knowledge.put(item.item_id, item)
    random = np.random.default_rng(1)
    now_ms = time.time_ns() // 1_000_000
    found = []
    for user in range(FOLDED):
        picked = random.integers(0, len(items), ACTS).tolist()
        arrived = [
            Arrived(
                CLICKS.name,
                n,
                now_ms,
                Click(
                    event_id=f"c{user}-{n}",
                    event_time=now_ms - (ACTS - n) * 60_000,
                    user_id=f"user-{user}",
                    item_id=items[row].item_id,
                ),
            )
            for n, row in enumerate(picked)
        ]
        state = fold(None, arrived, knowledge)
        assert state is not None
        # Offsets of logs that are not there: nothing has been applied yet.
        found.append(msgspec.structs.replace(state, applied={}))
    return found


def copies(known: list[Interests], users: range) -> Iterator[Interests]:
    for user in users:
        yield msgspec.structs.replace(known[user % FOLDED], user_id=f"user-{user}")


async def measure_memory(config: ServiceConfig, folder: Path, users: list[int], items: int) -> None:
    """Start interests and ranker with more and more users."""
    known = await states(config)
    size = sum(len(encode(state)) for state in known) / FOLDED
    say(f"a state is {size:,.0f} bytes on average")
    there = 0
    for count in sorted(users):
        for first in range(there, count, 20_000):
            await send(
                config, INTERESTS, copies(known, range(first, min(count, first + 20_000))),
                compression_type="snappy",
            )  # fmt: skip
        there = count
        for name in ("interests", "ranker"):
            started = time.monotonic()
            with service(name, config, folder, FRESHET_LOG_LEVEL="INFO") as worker:
                ready_s = time.monotonic() - started
                # Memory is read back before the first set is processed.
                await send(config, CLICKS, clicks(64))

                async def is_loaded(worker: Running = worker, count: int = count) -> bool:
                    return worker.metric("freshet_state_keys") >= count

                await until(is_loaded, 600)
                load_s = worker.metric("freshet_state_load_seconds_sum")
                resident = worker.resident_bytes() / MIB
                say(
                    f"{name:10} {count:>9,} users {items:>7,} items {resident:7.0f} MiB"
                    f"   ready after {ready_s:.1f} s, memory rebuilt in {load_s:.1f} s"
                    f"   stops in {stopped_s(worker):.1f} s"
                )


def clicks(count: int) -> list[Click]:
    now = time.time_ns()
    return [
        Click(
            event_id=f"{now}-{n}",
            event_time=now // 1_000_000,
            user_id=f"user-{n}",
            item_id=f"shop-{n}",
        )
        for n in range(count)
    ]


@dataclass(frozen=True)
class Usage:
    """A service's processor time and records so far."""

    processor_s: float
    records: float


def usage(running: Running) -> Usage:
    lines = running.get("/metrics")[1].splitlines()
    records = [line for line in lines if line.startswith("freshet_records_total{")]
    return Usage(processor_s(running), sum(float(line.rsplit(" ", 1)[1]) for line in records))


async def measure_load(config: ServiceConfig, folder: Path, visits: float, seconds: float) -> None:
    """All services under the simulator's load, then a training on the lists that it led to."""
    with ExitStack() as stack:
        running = [stack.enter_context(service(name, config, folder)) for name in SERVICES]
        simulator = stack.enter_context(
            service(
                "simulator",
                config,
                folder,
                ready=False,
                arguments=("run",),
                FRESHET_PEOPLE="5000",
                FRESHET_ITEMS="2000",
                FRESHET_VISITS_PER_SECOND=str(visits),
            )
        )
        await asyncio.sleep(WARM_UP_S)
        before = [usage(one) for one in running]
        simulated = processor_s(simulator)
        await asyncio.sleep(seconds)
        for one, was in zip(running, before, strict=True):
            now = usage(one)
            records, spent = now.records - was.records, now.processor_s - was.processor_s
            say(
                f"{one.name:10} {records / seconds:7.0f} records/s   {spent / seconds:.3f} cores"
                f"   {spent / max(records, 1) * 1000:.2f} ms a record"
                f"   {one.resident_bytes() / MIB:.0f} MiB"
            )
        spent = (processor_s(simulator) - simulated) / seconds
        say(f"simulator  {spent:.3f} cores   {simulator.resident_bytes() / MIB:.0f} MiB")
        for one in running:
            say(f"{one.name:10} stops under load in {stopped_s(one):.1f} s")
    await measure_training(config, folder)


async def measure_training(config: ServiceConfig, folder: Path) -> None:
    """The trainer's memory before and while it trains."""
    with service(
        "trainer",
        config,
        folder,
        arguments=("run",),
        FRESHET_WORK_DIR=str(folder / "work"),
        FRESHET_LABEL_WINDOW_S="1",
        FRESHET_MIN_LISTS="100",
        FRESHET_RETRAIN_AFTER_LISTS="100",
    ) as trainer:
        idle, most = trainer.resident_bytes(), 0

        async def has_decided() -> bool:
            nonlocal most
            most = max(most, trainer.resident_bytes())
            return "gate" in trainer.log()

        await until(has_decided, 900)
        say(
            f"trainer    {idle / MIB:.0f} MiB before TensorFlow, {most / MIB:.0f} MiB at most,"
            f" {processor_s(trainer):.0f} s of processor time for one training"
        )
        say(f"trainer    stops in {stopped_s(trainer):.1f} s")


async def measure(config: ServiceConfig, arguments: argparse.Namespace, folder: Path) -> None:
    for number, items in enumerate(arguments.items):
        prefixed = msgspec.structs.replace(config, topic_prefix=f"f{number}.")
        await topics.apply(prefixed, 1)
        await fill_catalog(prefixed, folder, items)
        await measure_memory(prefixed, folder, arguments.users, items)
    for number, visits in enumerate(arguments.visits):
        prefixed = msgspec.structs.replace(config, topic_prefix=f"v{number}.")
        await topics.apply(prefixed, 1)
        say(f"{visits:,.0f} visits/s")
        await measure_load(prefixed, folder, visits, arguments.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--items", type=int, nargs="*", default=[2_000, 20_000])
    parser.add_argument("--visits", type=float, nargs="*", default=[100])
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, local_broker("kafka") as broker:
        config = ServiceConfig(brokers=broker.bootstrap)
        asyncio.run(measure(config, arguments, Path(folder)))


if __name__ == "__main__":
    main()
