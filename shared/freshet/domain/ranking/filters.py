"""Which items may be shown to whom."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.domain.interest.acts import Acts
from freshet.domain.ranking.ask import Ask
from freshet.domain.ranking.inventory import Inventory

Mask = NDArray[np.bool_]


def eligible(inventory: Inventory, asks: Sequence[Ask], acts: Acts) -> Mask:
    """Which of all items may be in the list of each user, [b, n].

    An item may if it is available, of the category that is asked for, and neither excluded by the
    request, nor disliked lately, nor what the request's `seen` keeps out.
    """
    n = len(inventory)
    mask: Mask = np.repeat(inventory.available[None, :n], len(asks), axis=0)
    for user, ask in enumerate(asks):
        if ask.category is not None:
            code = inventory.category_codes.get(ask.category, -1)
            mask[user] &= inventory.categories[:n] == code
        rows = [inventory.rows[one] for one in ask.exclude if one in inventory.rows]
        mask[user, rows] = False
    known = acts.rows >= 0
    again = np.array([ask.seen == "again" for ask in asks])
    if again.any():
        mine = np.zeros_like(mask)
        users, places = (known & again[:, None]).nonzero()
        mine[users, acts.rows[users, places]] = True
        mask[again] &= mine[again]
    out = np.array([ask.seen == "exclude" for ask in asks])[:, None] | (acts.strength < 0)
    users, places = (known & out).nonzero()
    mask[users, acts.rows[users, places]] = False
    return mask
