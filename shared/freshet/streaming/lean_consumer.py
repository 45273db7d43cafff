"""A Kafka client that hands records out as its C code read them.

aiokafka wraps each record in an object of eleven fields, which costs more than reading it, in time
and in memory. What is wrapped has all that is wanted here: offset, timestamp, key, value, headers.
The client has no public way to leave the wrapping out: see `PartitionRecords._consumer_record`.
"""

from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher, FetchResult


class LeanConsumer(AIOKafkaConsumer):
    """Its records do not name their topic and partition: they come by partition anyway."""

    async def start(self) -> None:
        """Connect, and take part in the group if there is one."""
        await super().start()
        self._fetcher.__class__ = _LeanFetcher


class _LeanFetcher(Fetcher):
    async def _proc_fetch_request(self, *fetch: Any) -> bool:
        has_news: bool = await super()._proc_fetch_request(*fetch)
        for result in self._records.values():
            if isinstance(result, FetchResult) and result.has_more():
                result._partition_records._consumer_record = _as_read
        return has_news


def _as_read(topic_partition: Any, record: Any) -> Any:
    del topic_partition
    return record
