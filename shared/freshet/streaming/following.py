"""Reading topics outside of the consumer group: to the end once, or for ever."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from freshet.config import ServiceConfig
from freshet.streaming.decoding import BatchDecoder
from freshet.streaming.kafka_client import reader
from freshet.streaming.view import View

RecordSink = Callable[[str, int, Sequence[Any]], None]

_POLL_MS = 200


async def read_to_end(
    consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition], sink: RecordSink
) -> None:
    """Read from where the consumer stands to what is the end now.

    Args:
        consumer: started, with the partitions assigned.
        partitions: to be read.
        sink: takes (topic on the broker, partition, records).
    """
    ends = await consumer.end_offsets(list(partitions))
    # Positions, not offsets of records: the log may end in transaction markers or holes.
    while any([await consumer.position(tp) < end for tp, end in ends.items()]):
        for tp, records in (await consumer.getmany(timeout_ms=_POLL_MS)).items():
            sink(tp.topic, tp.partition, records)
        await asyncio.sleep(0)


async def read_partitions(
    config: ServiceConfig, topic: str, partitions: Iterable[int], sink: RecordSink
) -> None:
    """Read partitions of a topic on the broker from their beginning to what is their end now."""
    consumer = reader(config, f"{topic}-loader")
    try:
        await consumer.start()
        assigned = [TopicPartition(topic, partition) for partition in partitions]
        consumer.assign(assigned)
        await consumer.seek_to_beginning()
        await read_to_end(consumer, assigned, sink)
    finally:
        await consumer.stop()


class ViewReader:
    """Keeps a view up to date.

    Attributes:
        caught_up: set once the view has all that was there when it started.
        refused: records that could not be decoded, so far. They are Freshet's own topics: the
            owner of the bad record has it in its log, here it is counted and passed over.
    """

    def __init__(self, view: View, config: ServiceConfig, service: str) -> None:
        self.caught_up = asyncio.Event()
        self.refused = 0
        self._config = config
        self._apply = view.apply
        self._client_id = f"{service}-view"
        self._decoders = {
            config.topic(topic.name): BatchDecoder(topic, service) for topic in view.topics
        }

    async def follow(self) -> None:
        """Read for ever."""
        consumer = reader(self._config, self._client_id, *self._decoders)
        await consumer.start()
        try:
            # Outside of a group, whoever subscribes is given every partition.
            partitions = consumer.assignment()
            await consumer.seek_to_beginning()
            await read_to_end(consumer, partitions, self._take)
            self.caught_up.set()
            while True:
                for tp, records in (await consumer.getmany(timeout_ms=1000)).items():
                    self._take(tp.topic, tp.partition, records)
        finally:
            await consumer.stop()

    def _take(self, topic: str, partition: int, records: Sequence[Any]) -> None:
        batch = self._decoders[topic](partition, records)
        if batch.records:
            self._apply(batch)
        self.refused += len(batch.letters)
