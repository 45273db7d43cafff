"""What a service is given and what it gives back: batches of records in, outputs out."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

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


class Batch(msgspec.Struct, frozen=True):
    """The records of one partition that are there now, in order, the unprocessable left out."""

    topic: Topic
    partition: int
    records: list[Received]  # type: ignore[type-arg]


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
