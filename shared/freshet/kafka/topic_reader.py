"""Reading topics outside of the consumer group, to what is their end now."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from freshet.config import ServiceConfig
from freshet.kafka import silence
from freshet.kafka.client import opened, reader
from freshet.kafka.silence import BrokerSilent, Silence, unless_silent

RecordSink = Callable[[str, int, Sequence[Any]], None]

log = logging.getLogger(__name__)

_POLL_MS = 200

#: How often a broker is asked for the ends that it does not tell; each time for seconds.
_ASKED = 8


async def ends_of(
    consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """Where partitions end now, asked again while the broker is late.

    Raises:
        KafkaTimeoutError: it has not told for minutes.
    """
    asked = list(partitions)
    for _ in range(_ASKED - 1):
        try:
            return dict(await consumer.end_offsets(asked))
        except KafkaTimeoutError as error:
            log.warning("the broker is late: %s", error)
    return dict(await consumer.end_offsets(asked))


async def more(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], max_records: int | None = None
) -> dict[TopicPartition, list[Any]]:
    """The next records of partitions that are to be read to their ends; nothing once they are.

    Args:
        consumer: started, with the partitions assigned.
        ends: where each partition ends.
        max_records: at most.

    Raises:
        BrokerSilent: none came for too long.
    """
    try:
        async with asyncio.timeout(silence.ENDS_S):
            # Positions, not offsets of records: the log may end in transaction markers or holes.
            while any([await consumer.position(tp) < end for tp, end in ends.items()]):
                found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=max_records)
                if found:
                    return dict(found)
    except TimeoutError as error:
        topics = ", ".join({tp.topic for tp in ends})
        raise BrokerSilent(f"no records of {topics} came, though there are more") from error
    return {}


async def read_to_end(
    consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition], sink: RecordSink
) -> None:
    """Read from where the consumer stands to what is the end now.

    Args:
        consumer: started, with the partitions assigned.
        partitions: to be read.
        sink: takes (topic on the broker, partition, records).
    """
    ends = await ends_of(consumer, partitions)
    while found := await more(consumer, ends):
        for tp, records in found.items():
            sink(tp.topic, tp.partition, records)
        await asyncio.sleep(0)


async def read_partitions(
    config: ServiceConfig, topic: str, partitions: Iterable[int], sink: RecordSink
) -> None:
    """Read partitions of a topic on the broker from their beginning to what is their end now.

    Args:
        config: where the topic is.
        topic: its name on the broker.
        partitions: to be read.
        sink: takes (topic on the broker, partition, records).

    Raises:
        BrokerSilent: nothing was heard of it for too long.
        KafkaError: no broker was found.
    """
    consumer = reader(config, f"{topic}-loader")

    async def read() -> None:
        async with opened(consumer):
            assigned = [TopicPartition(topic, partition) for partition in partitions]
            consumer.assign(assigned)
            await consumer.seek_to_beginning()
            await read_to_end(consumer, assigned, sink)

    await unless_silent(consumer, Silence([topic]), read())


async def read_range(
    config: ServiceConfig, topic: str, partition: int, offsets: range
) -> AsyncIterator[Sequence[Any]]:
    """What there is still of a range of a partition, as it is fetched.

    Args:
        config: where the topic is.
        topic: its name on the broker.
        partition: to be read.
        offsets: from the first to before the stop.

    Raises:
        BrokerSilent: nothing was heard of it for too long.
        KafkaError: no broker was found.
    """
    consumer = reader(config, f"{topic}-range")
    async with opened(consumer):
        tp = TopicPartition(topic, partition)
        consumer.assign([tp])
        consumer.seek(tp, offsets.start)
        while found := await more(consumer, {tp: offsets.stop}):
            yield [record for record in found[tp] if record.offset < offsets.stop]
