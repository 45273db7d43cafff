"""Examples made by hand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.learning.shown import Position, Shown, stacked
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.models.embedding import DIMENSION
from freshet.models.graph_inputs import ITEM_TOKENS, PASSED, RECENT, USER_TOKENS
from freshet.models.item_numbers import ItemNumbers


def shown(
    number: int,
    items: Sequence[int] | NDArray[np.integer],
    clicked: Sequence[int] | NDArray[np.integer] = (),
    *,
    user: str | None = None,
    signals: int = 5,
    item_clicks: float = 9.0,
) -> Shown:
    """A list of rows of items, shown at `number` seconds; `clicked` are some of the rows."""
    k = len(items)
    return Shown(
        position=Position(number * 1_000, f"list-{number:06d}"),
        user_id=user or f"user-{number}",
        items=np.array(items, np.int32),
        labels=np.isin(items, clicked).astype(np.float32),
        cross=np.zeros((k, len(CROSS_FEATURES)), np.float32),
        interest_vectors=np.zeros((3, DIMENSION), np.float32),
        recent_items=np.full(RECENT, -1, np.int32),
        recent_acts=np.zeros((RECENT, 3), np.float32),
        passed_items=np.full(PASSED, -1, np.int32),
        user_tokens=np.zeros(USER_TOKENS, np.int32),
        signals=signals,
        item_clicks=np.full(k, item_clicks, np.float32),
        model="",
    )


def examples_of(*lists: Shown) -> Examples:
    """The lists as arrays."""
    return stacked(lists)


def table_of(count: int) -> ItemTable:
    """Items of which nothing is known."""
    return ItemTable(
        ids=[f"item-{row}" for row in range(count)],
        embedding=np.zeros((count, DIMENSION), np.float32),
        item_hash=np.ones(count, np.int32),
        item_tokens=np.zeros((count, ITEM_TOKENS), np.int32),
        tags=[()] * count,
        numbers=ItemNumbers.none(count),
    )
