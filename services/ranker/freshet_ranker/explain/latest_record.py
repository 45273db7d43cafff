"""The newest record of a key on a topic, looked for from the end: a topic may be long."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import murmur2

from freshet.config import ServiceConfig
from freshet.contracts.codec import Unprocessable, decoder
from freshet.contracts.registry import Topic
from freshet.kafka.client import opened, reader
from freshet.kafka.topic_reader import more

#: Records that are looked through first; each further step back is four times as long.
_FIRST_STEP = 2_000

#: So long may it take: who asks waits for it.
_LOOK_S = 120


async def latest_record(
    config: ServiceConfig, topic: Topic, key: str, wanted: Callable[[Any], bool] = lambda _: True
) -> Any | None:
    """The newest message of a key that is wanted; None where there is none, or it was withdrawn.

    The partition that a producer like Java's would choose is looked through first, then the others.

    Args:
        config: where the topic is.
        topic: as registered.
        key: of its records.
        wanted: whether a message is looked for.

    Raises:
        KafkaError: no broker was found.
        TimeoutError: it did not answer.
    """
    consumer = reader(config, "freshet-explain", config.topic(topic.name))
    async with asyncio.timeout(_LOOK_S), opened(consumer):
        partitions = sorted(consumer.assignment())
        consumer.pause(*partitions)
        likely = (murmur2(key.encode()) & 0x7FFFFFFF) % max(1, len(partitions))
        for one in partitions[likely:] + partitions[:likely]:
            consumer.resume(one)
            found, message = await _search(consumer, one, topic, key.encode(), wanted)
            consumer.pause(one)
            if found:
                return message
    return None


async def _search(
    consumer: AIOKafkaConsumer,
    partition: TopicPartition,
    topic: Topic,
    key: bytes,
    wanted: Callable[[Any], bool],
) -> tuple[bool, Any]:
    """Whether the key is in a partition, and its newest message."""
    decode = decoder(topic)
    begin = (await consumer.beginning_offsets([partition]))[partition]
    end = (await consumer.end_offsets([partition]))[partition]
    step = _FIRST_STEP
    while end > begin:
        start = max(begin, end - step)
        consumer.seek(partition, start)
        found: tuple[bool, Any] = False, None
        while records := (await more(consumer, {partition: end})).get(partition):
            for record in records:
                if record.key != key or record.offset >= end:
                    continue
                try:
                    message = None if record.value is None else decode(key, record.value)
                except Unprocessable:
                    continue
                if message is None or wanted(message):
                    found = True, message
        if found[0]:
            return found
        end, step = start, 4 * step
    return False, None
