"""However far behind a worker is, it takes no more memory than it is given."""

import asyncio
import itertools
import threading
import time
from pathlib import Path

from aiokafka import AIOKafkaProducer

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS
from harness.kafka import uncommitted, until
from harness.services import Running, service

RECORDS = 5_000_000
USERS_A_PARTITION = 50

#: An idle worker takes 110 MB here; what is in flight is bound to 32 MB, the client prefetches,
#: and records in Python weigh several times their bytes.
BOUND_BYTES = 400 * 1_048_576


async def fill(config: ServiceConfig) -> None:
    """Five million clicks, in whole batches made once: the writing is not what is tested."""
    async with AIOKafkaProducer(
        bootstrap_servers=config.brokers, compression_type="lz4", max_batch_size=900_000
    ) as producer:
        topic = config.topic(CLICKS.name)
        numbers = itertools.count()
        sent = 0
        while sent < RECORDS:
            for partition in range(CLICKS.partitions):
                batch = producer.create_batch()
                while True:
                    n = next(numbers)
                    user = f"u{partition}-{n % USERS_A_PARTITION}"
                    click = Click(
                        event_id=f"{n}", event_time=1_700_000_000_000, user_id=user, item_id="i"
                    )
                    full = batch.append(timestamp=None, key=user.encode(), value=encode(click))
                    if full is None or sent == RECORDS:
                        break
                    sent += 1
                await producer.send_batch(batch, topic, partition=partition)
        await producer.flush()


def watch(worker: Running, peak: list[int], stop: threading.Event) -> None:
    while not stop.wait(0.2):
        peak.append(worker.resident_bytes())


async def test_a_backlog_of_five_million_records_stays_within_the_bound(
    config: ServiceConfig, tmp_path: Path
) -> None:
    await fill(config)
    started = time.monotonic()
    with service("interests", config, tmp_path, ready=False) as worker:
        peak: list[int] = []
        stop = threading.Event()
        watching = asyncio.create_task(asyncio.to_thread(watch, worker, peak, stop))

        async def all_folded() -> bool:
            worker.child.check()
            done = worker.metric('freshet_interests_folded_events_total{topic="clicks"}')
            return bool(done >= RECORDS)

        await until(all_folded, seconds=400)
        stop.set()
        await watching
        seconds = time.monotonic() - started
        await until(lambda: _all_committed(config))
    assert max(peak) < BOUND_BYTES, f"{max(peak) / 1_048_576:.0f} MB after {seconds:.0f} s"


async def _all_committed(config: ServiceConfig) -> bool:
    return await uncommitted(config, "interests", CLICKS) == 0
