"""How the Kafka client reads what a fetch brought: as its C code gives it, whatever headers say.

aiokafka wraps each record in an object of eleven fields, which costs more than reading it, in time
and in memory. What is wrapped has all that is wanted here: offset, timestamp, key, value, headers.
Topic and partition it does not name, but records come by partition anyway.

Whoever may write to a topic can give a header a name that is no text. aiokafka decodes names
strictly and gives up where one is not UTF-8: it would meet the record again for ever, and nothing
behind it. So the batch that has such a name is read once more, by aiokafka's slower code in Python,
with the bad bytes written out in hexadecimal. Nobody looks for a header of that name: the record
counts as any other.
"""

import struct
from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

from freshet.kafka.escaped_utf8 import EscapedUtf8

#: How a batch begins: its first offset, the length of what follows, the leader's epoch, the format.
_HEAD = struct.Struct(">qiib")
_BEFORE_LENGTH_COUNTS = struct.calcsize(">qi")

#: The only format with headers. What Kafka wrote before 0.11 may stand in front of it.
_FORMAT = 2


def read_bare_records() -> None:
    """Have all consumers of this process that have not begun to read yet hand out such records.

    aiokafka has no setting for what reads a fetch: only the names that it is called by.
    """
    fetcher.MemoryRecords = _KeptRecords
    fetcher.PartitionRecords = _BareRecords


class _KeptRecords:
    """A partition's part of a fetch, as aiokafka's C code reads it, and the bytes that it reads."""

    def __init__(self, raw: bytes) -> None:
        records = MemoryRecords(raw)
        self.raw = raw
        # Its own methods, so that a call costs what it always did.
        self.has_next = records.has_next
        self.next_batch = records.next_batch
        self.size_in_bytes = records.size_in_bytes


class _BareRecords(PartitionRecords):
    """Goes through the records of a partition's part of a fetch."""

    next_fetch_offset: int

    def _unpack_records(self) -> Iterator[Any]:
        batches = _batches(self._records.raw)
        while True:
            try:
                # Each time from the batch on that is next.
                yield from super()._unpack_records()
                return
            except UnicodeDecodeError:
                batch = next(one for one in batches if one.next_offset > self.next_fetch_offset)
            for record in _with_escaped_text(batch):
                if record.offset >= self.next_fetch_offset:
                    self.next_fetch_offset = record.offset + 1
                    yield record
            self.next_fetch_offset = batch.next_offset

    def _consumer_record(self, topic_partition: Any, record: Any) -> Any:
        """The record itself, not aiokafka's wrapping."""
        del topic_partition
        return record


def _with_escaped_text(batch: _DefaultRecordBatchPy) -> Iterator[Any]:
    opened: Iterator[Any] = iter(batch)  # decompressed
    batch._buffer = EscapedUtf8(batch._buffer)
    return opened


def _batches(raw: bytes) -> Iterator[_DefaultRecordBatchPy]:
    """The whole batches of a fetch, unopened: its last one may be cut off."""
    start = 0
    while start + _HEAD.size <= len(raw):
        _, length, _, version = _HEAD.unpack_from(raw, start)
        end = start + _BEFORE_LENGTH_COUNTS + length
        if version >= _FORMAT:
            yield _DefaultRecordBatchPy(memoryview(raw)[start:end])
        start = end
