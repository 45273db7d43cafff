"""A service's memory by partition: a compacted topic, held as bytes, rebuilt by reading it."""

from freshet.contracts.registry import Topic


class PartitionedState:
    """The newest value of each key of the partitions that this worker owns.

    Values are kept encoded: a million users are a million bytes objects, which the garbage
    collector never walks, at a third of the size of decoded ones.

    Attributes:
        topic: the compacted topic that it is rebuilt from.
    """

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self._partitions: dict[int, dict[bytes, bytes]] = {}

    def get(self, partition: int, key: bytes) -> bytes | None:
        """The newest value of a key, or None."""
        return self._partitions[partition].get(key)

    def put(self, partition: int, key: bytes, value: bytes | None) -> None:
        """Remember a value; None forgets the key."""
        if value is None:
            self._partitions[partition].pop(key, None)
        else:
            self._partitions[partition][key] = value
