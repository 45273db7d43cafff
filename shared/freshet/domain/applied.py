"""How much of the logs a state knows: `applied`, the last offset of each topic that it took in.

A state knows each topic's log up to that offset, without holes. So of two states of one key the one
that is not behind in any topic was made of all that the other was made of.
"""

from collections.abc import Mapping

Applied = Mapping[str, int]


def knowledge(applied: Applied) -> int:
    """A number that is larger for a state that knows all that another knows and more."""
    return sum(applied.values()) + len(applied)


def knows_all(applied: Applied, other: Applied) -> bool:
    """Whether a state is behind another in no topic."""
    return all(applied.get(topic, -1) >= offset for topic, offset in other.items())


def together(applied: Applied, other: Applied) -> dict[str, int]:
    """What two states know between them."""
    return {
        topic: max(applied.get(topic, -1), other.get(topic, -1))
        for topic in applied.keys() | other.keys()
    }
