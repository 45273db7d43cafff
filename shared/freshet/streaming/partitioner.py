"""On which partition of a topic a key lies: what a service needs that writes by another key."""

from functools import lru_cache

from aiokafka.partitioner import murmur2

from freshet.contracts.registry import Topic

#: Keys whose partition is remembered: the hash is worked out in Python, byte by byte.
_REMEMBERED = 65_536


class Partitioner:
    """Places keys as the default partitioner of Kafka's own client does.

    A service's outputs lie on the partition of the input that caused them, so it does not need
    this. One that brings records together by another key (a repartition topic, in the words of
    Kafka Streams) names its partitioners in `Service.partitioners`.

    Attributes:
        topic: that is written to.
    """

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self._hash = lru_cache(_REMEMBERED)(_hash)
        self._partitions = 0

    def learn(self, partitions: int) -> None:
        """Be told, by the preflight, how many partitions the topic has."""
        self._partitions = partitions

    def __call__(self, key: str) -> int:
        """The partition of a key.

        Raises:
            ZeroDivisionError: nobody has told how many partitions there are.
        """
        return self._hash(key) % self._partitions


def _hash(key: str) -> int:
    """Kafka's murmur2 of the key as UTF-8, made positive in Kafka's way."""
    return int(murmur2(key.encode())) & 0x7FFFFFFF
