"""Raw records to batches: what can be read goes on, what never can goes to the dead letters."""

import time
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from freshet.contracts.codec import Decoder, Unprocessable, decoder, encode, not_after
from freshet.contracts.derived import MAX_DETAIL, MAX_LETTER_BYTES, DeadLetter
from freshet.contracts.envelope import EARLIEST_MS, LATEST_MS, MAX_KEY_BYTES
from freshet.contracts.registry import DEAD_LETTERS, Topic
from freshet.streaming.batch import Batch, Decoded, Output, Received
from freshet.streaming.state import Refused

#: Kafka's number for a record that carries the time of the broker's clock.
_LOG_APPEND_TIME = 1


class BatchDecoder:
    """Decodes one topic's records."""

    def __init__(self, topic: Topic, service: str) -> None:
        self.topic = topic
        self._service = service
        self._decode: Decoder[Any] = decoder(topic)
        self._is_input = topic.is_input

    def __call__(self, partition: int, records: Sequence[Any]) -> Batch:
        """The Kafka client's records of a partition, to be decoded when they are read."""
        return Batch(self.topic, partition, records, self.decode)

    def decode(self, partition: int, records: Sequence[Any]) -> Decoded:
        """Decode some of a partition's records, the Kafka client's, in order."""
        received: list[Received[Any]] = []
        letters: list[DeadLetter] = []
        future = 0
        decode, is_input = self._decode, self._is_input
        now_ms = time.time_ns() // 1_000_000
        for record in records:
            key, value = record.key, record.value
            try:
                if value is not None:
                    message = decode(key, value)
                elif key and len(key) > MAX_KEY_BYTES:
                    raise Unprocessable("key_mismatch", f"a key of {len(key)} bytes is no id")
                elif key and self.topic.tombstones:
                    message = None
                else:
                    raise Unprocessable("missing_value", "a record without a value means nothing")
            except Unprocessable as refusal:
                letters.append(self._letter(partition, record, refusal))
                continue
            receipt_ms = receipt_of(record, now_ms)
            if is_input and message is not None and message.event_time > receipt_ms:
                message = not_after(message, receipt_ms)
                future += 1
            received.append(
                Received(message, key or b"", record.offset, receipt_ms, record.headers or ())
            )
        return Decoded(received, letters, future)

    def _letter(self, partition: int, record: Any, refusal: Unprocessable) -> DeadLetter:
        return DeadLetter(
            event_id=f"{self._service}/{self.topic.name}/{partition}/{record.offset}",
            event_time=min(max(EARLIEST_MS, record.timestamp), LATEST_MS),
            topic=self.topic.name,
            partition=partition,
            offset=record.offset,
            key=record.key and record.key[:MAX_KEY_BYTES],
            value=record.value and record.value[:MAX_LETTER_BYTES],
            reason=refusal.reason,
            detail=refusal.detail[:MAX_DETAIL],
            service=self._service,
        )


def state_letter(topic: Topic, refused: Refused, service: str, now_ms: int) -> DeadLetter:
    """The letter of a value in a service's memory that cannot be read.

    Args:
        topic: of the memory.
        refused: the value.
        service: whose memory it is.
        now_ms: the time now.
    """
    digest = blake2b(refused.value, digest_size=8).hexdigest()
    return DeadLetter(
        event_id=f"{service}/{topic.name}/{refused.partition}/{digest}",
        event_time=now_ms,
        topic=topic.name,
        partition=refused.partition,
        offset=-1,
        key=refused.key[:MAX_KEY_BYTES],
        value=refused.value[:MAX_LETTER_BYTES],
        reason=refused.refusal.reason,
        detail=refused.refusal.detail[:MAX_DETAIL],
        service=service,
    )


def receipt_of(record: Any, now_ms: int) -> int:
    """When the broker took a record, in milliseconds.

    Topics that Freshet made stamp what others send with the broker's clock. On a topic that
    stamps with the producer's, its word counts as far as it is in the past.

    Args:
        record: of aiokafka or kafka-python.
        now_ms: the reader's clock.
    """
    taken_ms: int = record.timestamp
    if record.timestamp_type == _LOG_APPEND_TIME:
        return taken_ms
    return min(max(taken_ms, 0), now_ms)


def dead_letter_output(letter: DeadLetter) -> Output:
    """The record that a letter travels in."""
    return Output(DEAD_LETTERS, letter.event_id.encode(), encode(letter), 0)
