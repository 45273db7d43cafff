"""Which items may be shown to whom."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.domain.interest.recent_interactions import RecentInteractions
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.request import RankingRequest

Mask = NDArray[np.bool_]


def eligible(
    inventory: Inventory, requests: Sequence[RankingRequest], interactions: RecentInteractions
) -> Mask:
    """Which of all items may be in the list of each user, [b, n].

    An item may if it is available, of the category that is asked for, and neither excluded by the
    request, nor disliked lately, nor what the request's `seen` keeps out.

    Args:
        inventory: the n items.
        requests: of the b users.
        interactions: what the users did lately.
    """
    n = len(inventory)
    mask: Mask = np.repeat(inventory.available[None, :n], len(requests), axis=0)
    for user, request in enumerate(requests):
        if request.category is not None:
            code = inventory.category_codes.get(request.category, -1)
            mask[user] &= inventory.categories[:n] == code
        rows = [inventory.rows[one] for one in request.exclude if one in inventory.rows]
        mask[user, rows] = False
    known = interactions.rows >= 0
    again = np.array([request.seen == "again" for request in requests])
    if again.any():
        interacted = np.zeros_like(mask)
        users, places = (known & again[:, None]).nonzero()
        interacted[users, interactions.rows[users, places]] = True
        mask[again] &= interacted[again]
    out = np.array([request.seen == "exclude" for request in requests])[:, None] | (
        interactions.strength < 0
    )
    users, places = (known & out).nonzero()
    mask[users, interactions.rows[users, places]] = False
    return mask
