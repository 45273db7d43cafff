"""Keeps a global table up to date: read from the beginning, then followed for ever."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer

from freshet.config import ServiceConfig
from freshet.contracts.derived import DeadLetter
from freshet.kafka.client import opened, reader
from freshet.kafka.silence import Silence, place_of, unless_silent
from freshet.kafka.topic_reader import read_to_end
from freshet.streaming.background_publisher import BackgroundPublisher
from freshet.streaming.decoding import BatchDecoder, dead_letter_output
from freshet.streaming.global_table import GlobalTable
from freshet.streaming.metrics import StreamingMetrics

log = logging.getLogger(__name__)

#: Letters that one process writes of a table; of more unreadable records there is one fault behind.
MAX_LETTERS = 100


class GlobalTableReader:
    """Keeps a global table up to date.

    What cannot be read counts as not written: the value before it stays. These are Freshet's own
    topics, and whoever wrote the record does not know. So each is a dead letter, under an id of its
    place alone: all workers that hold the topic write it, at each start, and it is one letter.

    Args:
        table: the topics, and what takes them.
        config: where they are.
        service: that holds them.
        metrics: of the service.

    Attributes:
        caught_up: set once the table has all that was there when it started.
    """

    def __init__(
        self, table: GlobalTable, config: ServiceConfig, service: str, metrics: StreamingMetrics
    ) -> None:
        self.caught_up = asyncio.Event()
        self._config = config
        self._apply = table.apply
        self._client_id = f"{service}-view"
        self._metrics = metrics
        self._decoders = {
            config.topic(topic.name): BatchDecoder(topic, service) for topic in table.topics
        }
        self._silence = Silence(self._decoders)
        self._consumer: AIOKafkaConsumer | None = None
        self._letters: list[DeadLetter] = []
        self._refused = asyncio.Event()
        self._written = 0

    async def read(self) -> None:
        """Read what is there now.

        Raises:
            BrokerSilent: nothing was heard of a topic for too long.
            KafkaError: no broker was found.
        """
        await self._listen(for_ever=False)

    async def follow(self) -> None:
        """Read for ever.

        Raises:
            BrokerSilent: nothing was heard of a topic for too long.
            KafkaError: no broker was found.
        """
        await self._listen(for_ever=True)

    async def _listen(self, *, for_ever: bool) -> None:
        consumer = self._consumer = reader(self._config, self._client_id, *self._decoders)
        await unless_silent(consumer, self._silence, self._read(consumer, for_ever=for_ever))

    async def _read(self, consumer: AIOKafkaConsumer, *, for_ever: bool) -> None:
        async with opened(consumer):
            # Outside of a group, whoever subscribes is given every partition; and loses those of a
            # topic that a broker which has just started does not know yet. What is assigned stays.
            partitions = list(consumer.assignment())
            consumer.unsubscribe()
            consumer.assign(partitions)
            await consumer.seek_to_beginning()
            await read_to_end(consumer, partitions, self._take)
            self.caught_up.set()
            while for_ever:
                for tp, records in (await consumer.getmany(timeout_ms=1000)).items():
                    self._take(tp.topic, tp.partition, records)

    def _take(self, topic: str, partition: int, records: Sequence[Any]) -> None:
        decoder = self._decoders[topic]
        batch = decoder(partition, records)
        if batch.records:
            self._apply(batch)
        name = decoder.topic.name
        self._metrics.view_records.labels(name).inc(len(batch.records))
        # What comes from outside is refused by the service that it is for.
        if batch.letters and not decoder.topic.is_input:
            self._refuse(name, partition, batch.letters)

    def _refuse(self, topic: str, partition: int, letters: Sequence[DeadLetter]) -> None:
        log.warning("%d records of %s/%d cannot be read", len(letters), topic, partition)
        room = MAX_LETTERS - self._written - len(self._letters)
        self._letters += [
            msgspec.structs.replace(letter, event_id=f"view/{topic}/{partition}/{letter.offset}")
            for letter in letters[: max(0, room)]
        ]
        for letter in letters:
            self._metrics.dead_letters.labels(topic, letter.reason).inc()
        self._refused.set()

    async def write_letters(self, publisher: BackgroundPublisher) -> None:
        """Have the letters of what could not be read published, for ever."""
        while True:
            await self._refused.wait()
            self._refused.clear()
            letters, self._letters = self._letters, []
            self._written += len(letters)
            outputs = [dead_letter_output(letter) for letter in letters]
            await publisher(outputs.copy)

    def waiting_for(self) -> str:
        """What the table lacks; an empty text when it is whole and up to date."""
        silent = [self._decoders[topic].topic.name for topic in self._silence.named()]
        if silent:
            seconds = max(self._silence.seconds.values())
            return f"{', '.join(silent)}, of which nothing was heard for {seconds:.0f} s"
        if not self.caught_up.is_set():
            names = [decoder.topic.name for decoder in self._decoders.values()]
            return f"{', '.join(names)} to be read: {sum(self._behind().values())} records to go"
        return ""

    def show(self) -> None:
        """Bring the gauges up to date."""
        for topic, behind in self._behind().items():
            name = self._decoders[topic].topic.name
            self._metrics.view_behind.labels(name).set(behind)
            self._metrics.view_silence.labels(name).set(self._silence.seconds[topic])

    def _behind(self) -> dict[str, int]:
        """Records of each topic between what was read and its end, as it was told last."""
        behind = dict.fromkeys(self._decoders, 0)
        consumer = self._consumer
        for tp in consumer.assignment() if consumer else ():
            behind[tp.topic] += place_of(consumer, tp).behind
        return behind
