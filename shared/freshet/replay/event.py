"""What a line of a file becomes."""

from typing import NamedTuple

from freshet.contracts.envelope import Message
from freshet.contracts.registry import Topic


class FileEvent(NamedTuple):
    """A message and the topic that it goes to."""

    topic: Topic
    key: str
    message: Message


class BadLine(Exception):
    """A line that cannot become a message; the text says why."""
