"""The topics as the trainer reads them: from given offsets to where they ended at the start."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from freshet.config import ServiceConfig
from freshet.contracts.codec import Unprocessable, decoder, not_after
from freshet.contracts.derived import CatalogItem
from freshet.contracts.registry import (
    CARTS,
    CATALOG,
    CLICKS,
    FEEDBACK,
    IMPRESSIONS,
    QUERIES,
    RECOMMENDATIONS,
    Topic,
)
from freshet.domain.learning.log import Entry, entry_of
from freshet.kafka.kafka_python import admit_any_header_name, security
from freshet.streaming.decoding import receipt_of

#: What is replayed, beside the catalog.
LOGS = (CLICKS, QUERIES, FEEDBACK, CARTS, IMPRESSIONS, RECOMMENDATIONS)

#: Entries of a partition that wait; one that has more is not read until it has half of it.
MAX_BUFFERED = 2_000

#: Silence of the broker, with records still to come, that is taken for a failure.
STALLED_S = 60.0

#: An event is never taken to be later than its receipt. One that is ahead by more than this is
#: left out: among old events that were replayed, even its receipt would make all others look late.
MAX_AHEAD_MS = 7 * 24 * 3_600_000

#: Told how many records are read, and how many there are.
Progress = Callable[[int, int], None]


class Stalled(Exception):
    """The broker gives no records, though there are more."""


class Reading:
    """Reads the catalog, then the logs, and remembers what it passed over.

    The catalog is read first and whole. Its own history is compacted: a replay knows items as
    they are now, also for lists that were shown before an item was changed.

    Args:
        config: where the topics are.
        since_ms: records that the broker took earlier are not read; None reads all that is kept.
        progress: told every now and then.

    Attributes:
        passed_over: records that could not be decoded or are from the future, by topic.
    """

    def __init__(
        self,
        config: ServiceConfig,
        since_ms: int | None = None,
        progress: Progress = lambda read, total: None,
    ) -> None:
        self._config = config
        self._since_ms = since_ms
        self._progress = progress
        self.passed_over: Counter[str] = Counter()

    def catalog(self) -> Iterator[tuple[str, CatalogItem | None]]:
        """Items in the order of their partitions' logs; None withdraws an item."""
        decode = decoder(CATALOG)
        consumer = plain_consumer(self._config)
        try:
            ends = self._assign(consumer, (CATALOG,))
            while batches := poll(consumer, ends):
                for records in batches.values():
                    for record in records:
                        if record.value is None:
                            yield (record.key or b"").decode(errors="replace"), None
                            continue
                        try:
                            item = decode(record.key, record.value)
                        except Unprocessable:
                            self.passed_over[CATALOG.name] += 1
                        else:
                            yield item.item_id, item
        finally:
            consumer.close()

    def logs(self) -> "Logs":
        """The logs of all partitions, as a context that closes its client."""
        consumer = plain_consumer(self._config)
        try:
            ends = self._assign(consumer, LOGS)
        except BaseException:
            consumer.close()
            raise
        topics = {self._config.topic(topic.name): topic for topic in LOGS}
        return Logs(consumer, ends, topics, self.passed_over, self._progress)

    def _assign(
        self, consumer: KafkaConsumer, topics: tuple[Topic, ...]
    ) -> dict[TopicPartition, int]:
        """Take all partitions of the topics; returns where each ends now."""
        partitions = [
            tp for topic in topics for tp in partitions_of(consumer, self._config.topic(topic.name))
        ]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        starts = consumer.beginning_offsets(partitions)
        if self._since_ms is not None and topics is LOGS:
            starts = offsets_since(consumer, partitions, self._since_ms)
        for tp, start in starts.items():
            consumer.seek(tp, start)
        return dict(ends)


class Logs:
    """The logs, one iterator a partition, that share a client and bounded buffers."""

    def __init__(
        self,
        consumer: KafkaConsumer,
        ends: Mapping[TopicPartition, int],
        topics: Mapping[str, Topic],
        passed_over: Counter[str],
        progress: Progress,
    ) -> None:
        self._consumer = consumer
        self._ends = ends
        self._topics = topics
        self._decoders = {name: decoder(topic) for name, topic in topics.items()}
        self._passed_over = passed_over
        self._progress = progress
        self._buffers: dict[TopicPartition, deque[Entry]] = {tp: deque() for tp in ends}
        self._starts = {tp: place(consumer, tp) for tp in ends}

    def __enter__(self) -> "Logs":
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def iterators(self) -> list[Iterator[Entry]]:
        """The entries of each partition, in the order of its log."""
        return [self._entries(tp) for tp in self._ends]

    def _entries(self, tp: TopicPartition) -> Iterator[Entry]:
        buffer = self._buffers[tp]
        while True:
            while buffer:
                yield buffer.popleft()
            if place(self._consumer, tp) >= self._ends[tp]:
                return
            self._read()

    def _read(self) -> None:
        """Read more of the partitions whose buffers have room."""
        paused = self._consumer.paused()
        for tp, buffer in self._buffers.items():
            if len(buffer) >= MAX_BUFFERED and tp not in paused:
                self._consumer.pause(tp)
            elif len(buffer) <= MAX_BUFFERED // 2 and tp in paused:
                self._consumer.resume(tp)
        for tp, records in poll(self._consumer, self._ends).items():
            self._buffers[tp].extend(self._decoded(tp.topic, records))
        positions = {tp: min(place(self._consumer, tp), end) for tp, end in self._ends.items()}
        self._progress(
            sum(positions[tp] - start for tp, start in self._starts.items()),
            sum(self._ends[tp] - start for tp, start in self._starts.items()),
        )

    def _decoded(self, topic: str, records: list[Any]) -> Iterator[Entry]:
        decode, name = self._decoders[topic], self._topics[topic].name
        for record in records:
            try:
                message = decode(record.key, record.value or b"")
            except Unprocessable:
                self._passed_over[name] += 1
                continue
            receipt_ms = receipt_of(record, time.time_ns() // 1_000_000)
            if message.time_ms > receipt_ms + MAX_AHEAD_MS:
                self._passed_over[name] += 1
            else:
                yield entry_of(not_after(message, receipt_ms))


def plain_consumer(config: ServiceConfig) -> KafkaConsumer:
    """A client outside of any group, which reads committed records from where it is told."""
    admit_any_header_name()
    return KafkaConsumer(
        bootstrap_servers=config.brokers.split(","),
        client_id="freshet-trainer",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=1_048_576,
        **security(config),
    )


def partitions_of(consumer: KafkaConsumer, topic: str) -> list[TopicPartition]:
    """All partitions of a topic on the broker.

    Raises:
        LookupError: there is no such topic.
    """
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise LookupError(f"no topic {topic}: create the topics with `freshet topics apply`")
    return [TopicPartition(topic, number) for number in sorted(numbers)]


def offsets_since(
    consumer: KafkaConsumer, partitions: list[TopicPartition], since_ms: int
) -> dict[TopicPartition, int]:
    """Where the records begin that the broker took at that time or later; else the end."""
    found = consumer.offsets_for_times(dict.fromkeys(partitions, since_ms))
    ends = consumer.end_offsets(partitions)
    return {tp: ends[tp] if at is None else at.offset for tp, at in found.items()}


def place(consumer: KafkaConsumer, tp: TopicPartition) -> int:
    """The offset that is read next. By itself kafka-python would wait for it for ever.

    Raises:
        Stalled: the broker did not say in a minute whether it is still there.
    """
    offset = consumer.position(tp, timeout_ms=STALLED_S * 1000)
    if offset is None:
        raise Stalled(f"the broker did not say in {STALLED_S:.0f} s where {tp} is")
    return int(offset)


def poll(
    consumer: KafkaConsumer, ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, list[Any]]:
    """The next records before the ends; nothing once all partitions are read.

    Raises:
        Stalled: nothing came for a minute.
    """
    deadline = time.monotonic() + STALLED_S
    fetcher = consumer._fetcher
    while any(place(consumer, tp) < end for tp, end in ends.items()):
        # kafka-python 3.0 puts aside what was fetched of a paused partition, and takes it up again
        # only when this slot is None; a drained one stays there and blocks it for ever.
        if not fetcher._next_partition_records:
            fetcher._next_partition_records = None
        found = {
            tp: [record for record in records if record.offset < ends[tp]]
            for tp, records in consumer.poll(timeout_ms=500, max_records=2_000).items()
        }
        if any(found.values()):
            return found
        if time.monotonic() > deadline:
            raise Stalled(f"no records for {STALLED_S:.0f} s, though there are more")
    return {}
