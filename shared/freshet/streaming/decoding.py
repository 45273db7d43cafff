"""Raw records to batches: what can be read goes on, what never can goes to the dead letters."""

from collections.abc import Sequence
from typing import Any

from freshet.contracts.codec import Decoder, Unprocessable, decoder, encode
from freshet.contracts.derived import DeadLetter
from freshet.contracts.registry import DEAD_LETTERS, Topic
from freshet.streaming.batch import Batch, Output, Received

#: Of a refused record's value this much is kept, so that its letter fits a message.
MAX_LETTER_BYTES = 256 * 1024


class BatchDecoder:
    """Decodes one topic's records."""

    def __init__(self, topic: Topic, service: str) -> None:
        self.topic = topic
        self._service = service
        self._decode: Decoder[Any] = decoder(topic)

    def __call__(self, partition: int, records: Sequence[Any]) -> Batch:
        """The Kafka client's records of a partition, to be decoded when they are read."""
        return Batch(self.topic, partition, records, self.decode)

    def decode(
        self, partition: int, records: Sequence[Any]
    ) -> tuple[list[Received[Any]], list[DeadLetter]]:
        """Decode some of a partition's records.

        Args:
            partition: of the topic.
            records: the Kafka client's records, in order.

        Returns:
            The readable records, in order, and a letter for each other one.
        """
        received: list[Received[Any]] = []
        letters: list[DeadLetter] = []
        decode = self._decode
        for record in records:
            key, value = record.key, record.value
            try:
                if value is not None:
                    message = decode(key, value)
                elif key and self.topic.tombstones:
                    message = None
                else:
                    raise Unprocessable("missing_value", "a record without a value means nothing")
            except Unprocessable as refusal:
                letters.append(self._letter(partition, record, refusal))
            else:
                received.append(
                    Received(
                        message, key or b"", record.offset, record.timestamp, record.headers or ()
                    )
                )
        return received, letters

    def _letter(self, partition: int, record: Any, refusal: Unprocessable) -> DeadLetter:
        return DeadLetter(
            event_id=f"{self._service}/{self.topic.name}/{partition}/{record.offset}",
            event_time=max(0, record.timestamp),
            topic=self.topic.name,
            partition=partition,
            offset=record.offset,
            key=record.key,
            value=record.value if record.value is None else record.value[:MAX_LETTER_BYTES],
            reason=refusal.reason,
            detail=refusal.detail[:1000],
            service=self._service,
        )


def dead_letter_output(letter: DeadLetter) -> Output:
    """The record that a letter travels in."""
    return Output(DEAD_LETTERS, letter.event_id.encode(), encode(letter), 0)
