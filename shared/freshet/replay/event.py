"""What a line of a file becomes."""

from typing import NamedTuple

from freshet.contracts.envelope import Message
from freshet.contracts.registry import Topic
from freshet.replay.times import TimeForm


class FileEvent(NamedTuple):
    """A message and the topic that it goes to.

    Attributes:
        topic: where it goes.
        key: of its record.
        message: what is sent.
        time_form: what the time of the line was taken for.
    """

    topic: Topic
    key: str
    message: Message
    time_form: TimeForm


class BadLine(Exception):
    """A line that cannot become a message; the text says why."""
