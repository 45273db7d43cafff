"""A topic held whole by every worker, whatever partitions it owns."""

from collections.abc import Callable
from dataclasses import dataclass

from freshet.contracts.registry import Topic
from freshet.streaming.batch import Batch


@dataclass(frozen=True)
class GlobalTable:
    """Follow `topics` from their beginning; `apply` takes each batch, in a partition's order."""

    topics: tuple[Topic, ...]
    apply: Callable[[Batch], None]
