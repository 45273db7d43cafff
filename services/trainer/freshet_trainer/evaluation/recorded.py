"""The newest lists that the topics hold, with the chances that they were made with."""

from collections.abc import Callable, Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from freshet.config import ServiceConfig
from freshet.contracts.codec import Unprocessable, decoder
from freshet.contracts.registry import CLICKS, IMPRESSIONS, RECOMMENDATIONS, Topic
from freshet.domain.evaluation.logged import Logged, logged_lists
from freshet_trainer.reading import offsets_since, partitions_of, plain_consumer, poll

#: Ranks that are weighed: below, few lists have any weight left.
DEPTH = 5


def recorded(config: ServiceConfig, newest: int) -> Logged:
    """Read the newest recommendations and what was seen and clicked since.

    Args:
        config: where the topics are.
        newest: recommendations that are read, about; bounds the memory, some 10 KiB each.

    Raises:
        Stalled: the broker gives no records, though there are more.
    """
    consumer = plain_consumer(config)
    try:

        def from_end(partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
            each = -(-newest // len(partitions))
            first, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
            return {tp: max(first[tp], ends[tp] - each) for tp in partitions}

        made, times = [], []
        for record, message in _messages(consumer, config, RECOMMENDATIONS, from_end):
            made.append(message)
            times.append(record.timestamp)
        since_ms = min(times, default=0)

        def since(partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
            return offsets_since(consumer, partitions, since_ms)

        return logged_lists(
            made,
            (message for _, message in _messages(consumer, config, IMPRESSIONS, since)),
            (message for _, message in _messages(consumer, config, CLICKS, since)),
            DEPTH,
        )
    finally:
        consumer.close()


def _messages(
    consumer: KafkaConsumer,
    config: ServiceConfig,
    topic: Topic,
    starts: Callable[[list[TopicPartition]], dict[TopicPartition, int]],
) -> Iterator[tuple[Any, Any]]:
    """Records and messages of a topic up to where it ends now; those of no use are passed over."""
    decode = decoder(topic)
    partitions = partitions_of(consumer, config.topic(topic.name))
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    for tp, start in starts(partitions).items():
        consumer.seek(tp, start)
    while batches := poll(consumer, ends):
        for record in (one for batch in batches.values() for one in batch):
            try:
                yield record, decode(record.key, record.value or b"")
            except Unprocessable:
                continue
