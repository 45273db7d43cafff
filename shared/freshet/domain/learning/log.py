"""What learning reads of the topics: events with the place that each has in time."""

from typing import NamedTuple

from freshet.contracts.envelope import to_ms
from freshet.contracts.inputs import Impression
from freshet.contracts.recommendations import Recommendations
from freshet.domain.interactions import UserEvent


class ListMade(NamedTuple):
    """That a list was made, and by which model: all that learning wants of a long message."""

    recommendation_id: str
    model: str


Event = UserEvent | ListMade


class Entry(NamedTuple):
    """An event and its place: by time, then turn, then id.

    Attributes:
        time_ms: when it happened.
        turn: at one time, lists are made before they are shown, and shown before anything is
            done: what happens at its own moment is unknown to a list.
        event_id: of the event.
        event: what happened.
    """

    time_ms: int
    turn: int
    event_id: str
    event: Event


def entry_of(message: UserEvent | Recommendations) -> Entry:
    """The entry of a decoded message."""
    time_ms = to_ms(message.event_time)
    if isinstance(message, Recommendations):
        made = ListMade(message.recommendation_id, message.model_version)
        return Entry(time_ms, 0, message.event_id, made)
    turn = 1 if isinstance(message, Impression) else 2
    return Entry(time_ms, turn, message.event_id, message)
