"""What a service is given and what it gives back: batches of records in, outputs out."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from freshet.contracts.derived import DeadLetter
from freshet.contracts.envelope import Message
from freshet.contracts.registry import Topic

M_co = TypeVar("M_co", bound=Message | None, covariant=True)

#: Record headers, as Kafka has them.
Headers = Sequence[tuple[str, bytes]]


class Received(msgspec.Struct, Generic[M_co], frozen=True, gc=False):
    """One record, decoded.

    Attributes:
        message: its value; None where the record has none (a tombstone).
        key: its raw key; empty where it has none.
        offset: its place in the partition.
        broker_time_ms: when the broker took it.
        headers: correlation id and the like.
    """

    message: M_co
    key: bytes
    offset: int
    broker_time_ms: int
    headers: Headers


class Decoded(NamedTuple):
    """What became of some records of a partition.

    Attributes:
        received: those that can be read, in order.
        letters: one for each other record.
        future: how many of those received were dated later than the broker took them.
    """

    received: list[Received[Any]]
    letters: list[DeadLetter]
    future: int


#: Decodes records of a partition.
Decode = Callable[[int, Sequence[Any]], Decoded]


class Batch:
    """The records of one partition that are there now, in order.

    They are decoded when they are read: all at once (`records`), or key by key (`by_key`, then
    `read`). What is read for one key is used and gone before the next key's turn, and so does not
    leave the processor's cache. What cannot be read is known only then; what a service has no use
    for it leaves unread.

    Args:
        topic: that they came from.
        partition: of the topic.
        records: as `decode` wants them; as `Received`, if there is nothing to decode.
        decode: what decodes them.

    Attributes:
        size: how many there are, readable or not.
        letters: one for each record that was found not to be readable.
        future: how many records that were read were dated later than the broker took them.
    """

    def __init__(
        self, topic: Topic, partition: int, records: Sequence[Any], decode: Decode | None = None
    ) -> None:
        self.topic = topic
        self.partition = partition
        self.size = len(records)
        self.letters: list[DeadLetter] = []
        self.future = 0
        self._records = list(records)
        self._decode = decode

    @property
    def records(self) -> list[Received[Any]]:
        """All that can be read: decoded the first time, and then kept."""
        if self._decode:
            self._records = self.read(self._records)
            self._decode = None
        return self._records

    def by_key(self) -> dict[bytes, list[Any]]:
        """Each key's records, in order, to be given to `read`."""
        keys: dict[bytes, list[Any]] = defaultdict(list)
        for record in self._records:
            keys[record.key or b""].append(record)
        return keys

    def read(self, records: list[Any]) -> list[Received[Any]]:
        """Those of a key's records that can be read."""
        if self._decode is None:
            return records
        decoded = self._decode(self.partition, records)
        self.letters += decoded.letters
        self.future += decoded.future
        return decoded.received


class Output(msgspec.Struct, frozen=True, gc=False):
    """One record to publish.

    Attributes:
        topic: where to.
        key: its key.
        value: its value; None withdraws the key.
        partition: of what caused it, so that a user's events, state and answers stay together.
        headers: to be carried along.
    """

    topic: Topic
    key: bytes
    value: bytes | None
    partition: int
    headers: Headers = ()
