"""One shown list, and many as the arrays that models learn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.domain.ranking.inventory import Inventory
from freshet.models.embedding import DIMENSION
from freshet.models.graph_inputs import PASSED, RECENT, USER_TOKENS


class Position(NamedTuple):
    """The place of a list among all: its time, then its id."""

    time_ms: int
    list_id: str


_OF_USERS = ("interest_vectors", "recent_items", "recent_acts", "passed_items", "user_tokens")

#: Before every list.
START = Position(-1, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A list of k items as it looked when it was shown; fields are those of `Examples`."""

    position: Position
    user_id: str
    items: NDArray[np.int32]
    labels: NDArray[np.float32]
    cross: NDArray[np.float32]
    interest_vectors: NDArray[np.float32]
    recent_items: NDArray[np.int32]
    recent_acts: NDArray[np.float32]
    passed_items: NDArray[np.int32]
    user_tokens: NDArray[np.int32]
    signals: int
    item_clicks: NDArray[np.float32]
    model: str


def stacked(lists: Sequence[Shown]) -> Examples:
    """Lists as arrays; shorter lists are padded to the longest, items with -1, the rest with 0."""
    n = len(lists)
    k = max((len(one.items) for one in lists), default=0)
    examples = Examples(
        list_ids=np.array([one.position.list_id for one in lists], object),
        user_ids=np.array([one.user_id for one in lists], object),
        time_ms=np.array([one.position.time_ms for one in lists], np.int64),
        items=np.full((n, k), -1, np.int32),
        labels=np.zeros((n, k), np.float32),
        cross=np.zeros((n, k, len(CROSS_FEATURES)), np.float32),
        interest_vectors=np.zeros((n, 3, DIMENSION), np.float32),
        recent_items=np.full((n, RECENT), -1, np.int32),
        recent_acts=np.zeros((n, RECENT, 3), np.float32),
        passed_items=np.full((n, PASSED), -1, np.int32),
        user_tokens=np.zeros((n, USER_TOKENS), np.int32),
        signals=np.array([one.signals for one in lists], np.int32),
        item_clicks=np.zeros((n, k), np.float32),
        models=np.array([one.model for one in lists], object),
    )
    for row, one in enumerate(lists):
        for name in ("items", "labels", "cross", "item_clicks"):
            values = getattr(one, name)
            getattr(examples, name)[row, : len(values)] = values
        for name in _OF_USERS:
            getattr(examples, name)[row] = getattr(one, name)
    return examples


def item_table(inventory: Inventory) -> ItemTable:
    """The items of an inventory, by the same rows."""
    n = len(inventory)
    return ItemTable(
        ids=list(inventory.ids),
        embedding=inventory.embeddings[:n].copy(),
        item_hash=inventory.item_hash[:n].copy(),
        item_tokens=inventory.item_tokens[:n].astype(np.int32),
        tags=list(inventory.tag_names),
        numbers=inventory.numbers[:n],
    )
