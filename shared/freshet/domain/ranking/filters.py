"""Which candidates must not be shown: each filter is a mask, True for what stays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.domain.interest.acts import Acts
from freshet.domain.ranking.ask import Ask, Rows
from freshet.domain.ranking.inventory import Inventory

Mask = NDArray[np.bool_]


def allowed(inventory: Inventory, asks: Sequence[Ask], acts: Acts, rows: Rows) -> Mask:
    """What of the candidates [b, k] stays: all filters together."""
    return (
        _once(rows)
        & inventory.available[rows]
        & ~_excluded(inventory, asks, acts, rows)
        & _of_category(inventory, asks, rows)
    )


def _once(rows: Rows) -> Mask:
    """Each row once, padding never; candidates are sorted by row."""
    mask = rows >= 0
    mask[:, 1:] &= rows[:, 1:] != rows[:, :-1]
    return mask


def _excluded(inventory: Inventory, asks: Sequence[Ask], acts: Acts, rows: Rows) -> Mask:
    """What the user acted on lately, in any way, and what the request excludes."""
    get = inventory.rows.get
    longest = max((len(ask.exclude) for ask in asks), default=0)
    unwanted = np.full((len(asks), longest), -1)
    for user, ask in enumerate(asks):
        unwanted[user, : len(ask.exclude)] = [get(item_id, -1) for item_id in ask.exclude]
    excluded = np.concatenate([acts.rows, unwanted], axis=1)
    found: Mask = (rows[:, :, None] == excluded[:, None, :]).any(axis=2)
    return found


def _of_category(inventory: Inventory, asks: Sequence[Ask], rows: Rows) -> Mask:
    wanted = np.array(
        [
            -1 if ask.category is None else inventory.category_codes.get(ask.category, -2)
            for ask in asks
        ]
    )[:, None]
    mask: Mask = (wanted == -1) | (inventory.categories[rows] == wanted)
    return mask
