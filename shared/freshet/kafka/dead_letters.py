"""Reading the dead letters, and putting mended services' letters back where they came from."""

from collections.abc import AsyncIterator, Callable, Iterable

from freshet.config import ServiceConfig
from freshet.contracts.codec import Unprocessable, decoder
from freshet.contracts.derived import MAX_LETTER_BYTES, DeadLetter
from freshet.contracts.envelope import MAX_KEY_BYTES
from freshet.contracts.registry import DEAD_LETTERS, TOPICS
from freshet.kafka.client import opened, writer
from freshet.kafka.topic_reader import RecordSink, read_partitions

_decode = decoder(DEAD_LETTERS)

#: Topics that hold what Freshet knows now.
_OURS = {topic.name for topic in TOPICS if topic.cleanup == "compact" and not topic.is_input}


async def letters(config: ServiceConfig, wanted: Callable[[DeadLetter], bool]) -> list[DeadLetter]:
    """All letters there are now that are wanted, oldest first, each refused record once.

    What a foreign writer put there is passed over: a letter of a letter would help nobody.
    """
    found: dict[str, DeadLetter] = {}

    def take(topic: str, partition: int, records: Iterable[object]) -> None:
        del topic, partition
        for record in records:
            try:
                letter = _decode(record.key, record.value or b"")  # type: ignore[attr-defined]
            except Unprocessable:
                continue
            if wanted(letter):
                found[letter.event_id] = letter

    sink: RecordSink = take
    partitions = range(DEAD_LETTERS.partitions)
    await read_partitions(config, config.topic(DEAD_LETTERS.name), partitions, sink)
    return list(found.values())


async def put_back(
    config: ServiceConfig, chosen: Iterable[DeadLetter]
) -> AsyncIterator[DeadLetter]:
    """Send each letter's bytes to the partition that it came from; yields what was taken.

    A letter whose key or value was cut is passed over: half a message is not the message. So is
    one of a compacted topic of our own: by now the topic may hold something newer.
    """
    async with opened(writer(config, "freshet-dead-letters")) as producer:
        for letter in chosen:
            if len(letter.value or b"") >= MAX_LETTER_BYTES:
                continue
            if len(letter.key or b"") >= MAX_KEY_BYTES or letter.topic in _OURS:
                continue
            await producer.send_and_wait(
                config.topic(letter.topic), letter.value, letter.key, letter.partition
            )
            yield letter
