"""What users do is counted by item, once, whatever becomes of the workers in between."""

import asyncio
import logging
import random
from contextlib import ExitStack
from pathlib import Path

import msgspec
import psutil
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from freshet.config import ServiceConfig
from freshet.contracts.derived import Trend
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS, HISTORIES, ITEM_INTERACTIONS, TRENDS, Topic
from harness.interactions import (
    T0,
    all_is_counted,
    followed,
    partitions_of,
    published,
    quantile,
    send_steadily,
    trends,
)
from harness.kafka import alongside, log_of, newest_of, send, until
from harness.services import Running, service

log = logging.getLogger(__name__)

#: A service, and what it reads.
READ = {"interactions": CLICKS, "trends": ITEM_INTERACTIONS}


async def has_taken(worker: Running, records: float) -> None:
    """Wait until a worker has had so many records."""
    taken = f'freshet_records_total{{topic="{READ[worker.name].name}"}}'

    async def enough() -> bool:
        worker.child.check()
        return worker.metric(taken) >= records

    await until(enough)


async def owns_all(config: ServiceConfig, worker: Running) -> bool:
    """Whether a worker has every partition of what it reads."""
    topic = config.topic(READ[worker.name].name)
    said = worker.get("/metrics")[1]
    return all(
        f'freshet_lag_records{{partition="{n}",topic="{topic}"}}' in said
        for n in range(CLICKS.partitions)
    )


async def assert_all_is_counted_once(config: ServiceConfig) -> int:
    """Nothing is lost, and nothing has its effect twice; returns how much was told again."""
    told = await published(config)
    assert told.differing == []
    assert told.told == await followed(config)
    counted = await trends(config)
    assert counted == told.counted()
    # Each item in one place only.
    assert len({key for _, key in counted}) == len(counted)
    return told.repeated


async def test_workers_killed_at_any_moment_neither_lose_nor_repeat(
    config: ServiceConfig, tmp_path: Path
) -> None:
    chance, enough = random.Random(1), asyncio.Event()
    most = {"interactions": 400, "trends": 40}
    async with alongside(send_steadily(config, 250, enough)):
        for _ in range(4):
            with ExitStack() as stack:
                workers = [stack.enter_context(service(name, config, tmp_path)) for name in READ]
                chance.shuffle(workers)
                for worker in workers:
                    await has_taken(worker, chance.randrange(1, most[worker.name]))
                    worker.child.kill()
        enough.set()
    with service("interactions", config, tmp_path), service("trends", config, tmp_path):
        await until(lambda: all_is_counted(config), 120)
    repeated = await assert_all_is_counted_once(config)
    log.info("told again after kills: %d", repeated)


async def test_workers_that_join_leave_and_freeze_neither_lose_nor_repeat(
    config: ServiceConfig, tmp_path: Path
) -> None:
    enough = asyncio.Event()
    async with alongside(send_steadily(config, 150, enough)):
        with ExitStack() as stack:
            for name in READ:
                steady = stack.enter_context(service(name, config, tmp_path))
                with service(name, config, tmp_path) as joining:
                    await has_taken(joining, 1)
                with service(name, config, tmp_path) as freezing:
                    await has_taken(freezing, 1)
                    (frozen,) = psutil.Process(freezing.child.process.pid).children()
                    frozen.suspend()
                    # It is one of the group until its session ends; then the other has it all.
                    await until(lambda worker=steady: owns_all(config, worker))  # type: ignore[misc]
                    frozen.resume()
            enough.set()
    with service("interactions", config, tmp_path), service("trends", config, tmp_path):
        await until(lambda: all_is_counted(config), 120)
    await assert_all_is_counted_once(config)


async def limit(config: ServiceConfig, topic: Topic, max_bytes: int) -> None:
    """Let the broker refuse records of a topic that are larger than this."""
    admin = AIOKafkaAdminClient(bootstrap_servers=config.brokers)
    await admin.start()
    try:
        limits = {"max.message.bytes": str(max_bytes)}
        name = config.topic(topic.name)
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=limits)])
    finally:
        await admin.close()


def clicks(first: int, count: int) -> list[Click]:
    return [
        Click(event_id=f"c{n}", event_time=T0 + n, user_id=f"u{n % 7}", item_id=f"item-{n % 13}")
        for n in range(first, first + count)
    ]


async def failing(config: ServiceConfig, folder: Path) -> None:
    """Let the service try to publish what there is."""
    with service("interactions", config, folder, ready=False) as worker:
        assert worker.child.process.wait(60) == 1, worker.log()
        assert "MessageSizeTooLarge" in worker.log()


async def test_histories_are_published_when_the_items_have_been_told(
    config: ServiceConfig, tmp_path: Path
) -> None:
    await send(config, CLICKS, clicks(0, 50))
    await limit(config, ITEM_INTERACTIONS, 100)
    await failing(config, tmp_path)
    # Had a history been published, its clicks would count as told.
    assert await log_of(config, HISTORIES) == []
    await limit(config, ITEM_INTERACTIONS, 1_000_000)
    await limit(config, HISTORIES, 100)
    await failing(config, tmp_path)
    assert await log_of(config, HISTORIES) == []
    assert (await published(config)).told == await followed(config)
    await limit(config, HISTORIES, 1_000_000)
    await send(config, CLICKS, clicks(50, 50))
    with service("interactions", config, tmp_path), service("trends", config, tmp_path):
        await until(lambda: all_is_counted(config))
    assert await assert_all_is_counted_once(config) > 0


async def test_a_neighbour_is_published_within_a_second_of_its_clicks(
    config: ServiceConfig, tmp_path: Path
) -> None:
    with service("interactions", config, tmp_path), service("trends", config, tmp_path):
        for n in range(20):
            pair = [f"first-{n}", f"then-{n}"]
            await send(
                config,
                CLICKS,
                [
                    Click(event_id=f"{one}", event_time=T0 + n, user_id=f"u{n}", item_id=one)
                    for one in pair
                ],
            )

            async def neighbours(first: bytes = pair[0].encode(), then: str = pair[1]) -> bool:
                value = (await newest_of(config, TRENDS)).get(first)
                return value is not None and then.encode() in value

            await until(neighbours)
    taken_ms = {
        (partition, record.offset): record.timestamp
        for partition, records in (await partitions_of(config, CLICKS)).items()
        for record in records
    }
    waits: list[float] = []
    for record in await log_of(config, TRENDS):
        trend = msgspec.json.decode(record.value, type=Trend)
        _, partition, offset = trend.event_id.split("/")
        waits.append(record.timestamp - taken_ms[int(partition), int(offset)])
    half, most = quantile(waits, 0.5), quantile(waits, 0.95)
    log.info("from a click to the counts that know it: p50 %d ms, p95 %d ms", half, most)
    assert half < 1_000
