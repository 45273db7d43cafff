"""Writing to and reading from the topics of one test."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.envelope import Message
from freshet.contracts.registry import Topic
from freshet.kafka.topic_reader import read_partitions
from harness.patience import Patience


async def send(
    config: ServiceConfig,
    topic: Topic,
    messages: Iterable[Message | tuple[bytes | None, bytes | None]],
    **options: Any,
) -> None:
    """Send messages by their key, or raw (key, value) pairs, and wait for the confirmation."""
    async with AIOKafkaProducer(
        bootstrap_servers=config.brokers, acks="all", linger_ms=5, max_batch_size=262_144, **options
    ) as producer:
        futures = []
        key: bytes | None
        value: bytes | None
        for message in messages:
            if isinstance(message, Message):
                assert topic.key is not None
                key, value = getattr(message, topic.key).encode(), encode(message)
            else:
                key, value = message
            futures.append(await producer.send(config.topic(topic.name), value, key))
        await asyncio.gather(*futures)


async def log_of(config: ServiceConfig, topic: Topic) -> list[Any]:
    """All records of a topic there are now, each partition's in order."""
    found: list[Any] = []
    await read_partitions(
        config,
        config.topic(topic.name),
        range(topic.partitions),
        lambda _topic, _partition, records: found.extend(records),
    )
    return found


async def newest_of(config: ServiceConfig, topic: Topic) -> dict[bytes, bytes]:
    """The newest value of each key; what was withdrawn is absent."""
    newest = {record.key: record.value for record in await log_of(config, topic)}
    return {key: value for key, value in newest.items() if value is not None}


async def uncommitted(config: ServiceConfig, group: str, topic: Topic) -> int:
    """Records of a topic that a group has not committed."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=config.brokers,
        group_id=config.topic(group),
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        tps = [TopicPartition(config.topic(topic.name), n) for n in range(topic.partitions)]
        consumer.assign(tps)
        ends = await consumer.end_offsets(tps)
        return sum([ends[tp] - (await consumer.committed(tp) or 0) for tp in tps])
    finally:
        await consumer.stop()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait for a condition; see `Patience` for the seconds."""
    patience = Patience(seconds)
    while not await condition():
        assert not patience.is_over(), "the condition did not come true in time"
        await asyncio.sleep(0.2)


@asynccontextmanager
async def alongside(work: Awaitable[None]) -> Any:
    """Do some work while the block runs; the block's end waits for it."""
    task = asyncio.ensure_future(work)
    try:
        yield
        await task
    finally:
        task.cancel()
