"""A service's memory by partition: a compacted topic, held as bytes, rebuilt by reading it.

It takes the place of Faust's tables: the service's output topic is its changelog, a partition is
read back whole (hundreds of thousands of records a second) before the first event of it is
processed, and what was written is remembered as it was encoded.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from freshet.contracts.codec import Unprocessable, decoder
from freshet.contracts.registry import Topic
from freshet.streaming.ordering import Ordering


class Refused(NamedTuple):
    """A value in a state topic that cannot be read.

    Attributes:
        partition: of the topic.
        key, value: as they were found.
        refusal: why.
    """

    partition: int
    key: bytes
    value: bytes
    refusal: Unprocessable


class PartitionedState:
    """The newest value of each key of the partitions that this worker owns.

    Values are kept encoded: a million users are a million bytes objects, which the garbage
    collector never walks, at a third of the size of decoded ones.

    Attributes:
        topic: the compacted topic that it is rebuilt from.
        refused: values that could not be read since this was emptied last.
    """

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.refused: list[Refused] = []
        self._decode = decoder(topic)
        self._partitions: dict[int, dict[bytes, bytes]] = {}
        self._orderings: dict[int, Ordering] = {}

    def message(self, partition: int, key: bytes) -> Any | None:
        """The newest message of a key; None where there is none, or none that can be read.

        What an older fault or a foreign writer left is put with `refused` and forgotten: it counts
        as absent, and the next event of the key begins anew.
        """
        value = self.get(partition, key)
        if value is None:
            return None
        try:
            return self._decode(key, value)
        except Unprocessable as refusal:
            self.put(partition, key, None)
            self.refused.append(Refused(partition, key, value, refusal))
            return None

    def get(self, partition: int, key: bytes) -> bytes | None:
        """The newest value of a key, or None."""
        return self._partitions[partition].get(key)

    def put(self, partition: int, key: bytes, value: bytes | None) -> None:
        """Remember a value; None forgets the key.

        Args:
            partition: of the key.
            key: raw.
            value: encoded.
        """
        if value is None:
            self._partitions[partition].pop(key, None)
        else:
            self._partitions[partition][key] = value

    def held(self) -> frozenset[int]:
        """The partitions in memory."""
        return frozenset(self._partitions)

    def entries(self, partition: int) -> Iterable[tuple[bytes, bytes]]:
        """Keys and values of a partition, if it is in memory."""
        return self._partitions.get(partition, {}).items()

    def missing(self, partitions: Iterable[int]) -> list[int]:
        """Which of the partitions are not in memory."""
        return [partition for partition in partitions if partition not in self._partitions]

    def begin(self, partitions: Iterable[int]) -> None:
        """Make empty memories for partitions, to be filled by `load`."""
        for partition in partitions:
            self._partitions[partition] = {}
            self._orderings[partition] = Ordering()

    def load(self, topic: str, partition: int, records: Sequence[Any]) -> None:
        """Take records of the compacted topic, in their order; of two states the better is kept.

        Args:
            topic: its name on the broker.
            partition: that they are of.
            records: the Kafka client's.
        """
        del topic
        memory, ordering = self._partitions[partition], self._orderings[partition]
        for record in records:
            key, value = record.key, record.value
            before = memory.get(key)
            if value is None:
                memory.pop(key, None)
                ordering.begin(key)
            elif before is None:
                memory[key] = value
                ordering.begin(key)
            elif ordering.keeps(key, value, before):
                memory[key] = value

    def loaded(self, partition: int) -> tuple[list[tuple[bytes, bytes]], dict[str, int]]:
        """What is to be mended of a partition that was loaded to its end; asked once.

        A last record of a key that cannot even be read is put with `refused`.

        Returns:
            Keys whose last record was not kept, with the value that was; and by topic, the first
            offset that a kept state lacks while another state of its key knew it.
        """
        memory = self._partitions[partition]
        ordering = self._orderings.pop(partition, Ordering())
        for key, value in ordering.stale.items():
            try:
                self._decode(key, value)
            except Unprocessable as refusal:
                self.refused.append(Refused(partition, key, value, refusal))
        return [(key, memory[key]) for key in ordering.stale], ordering.lacking(memory)

    def forget_all(self) -> None:
        """Partitions may have moved: another worker writes their newest values now."""
        self._partitions.clear()
        self._orderings.clear()

    def __len__(self) -> int:
        return sum(map(len, self._partitions.values()))
