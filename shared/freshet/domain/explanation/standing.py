"""Where an item stands in a user's list: at which rank, or why it is not there."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from freshet.contracts.recommendations import RecommendedItem
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.rank import Considered
from freshet.domain.ranking.request import RankingRequest

#: listed: by its score. explored: it is in the list by chance. unavailable: withdrawn, or never
#: told of. acted_on: what a user has acted on lately is not shown again. excluded, other_category:
#: the request asked for that. not_a_candidate: no source proposes it. outscored: too many score
#: more. outdone: its score is enough, but its likeness to what stands above, or chance, gave its
#: place away.
Standing = Literal[
    "listed",
    "explored",
    "unavailable",
    "acted_on",
    "excluded",
    "other_category",
    "not_a_candidate",
    "outscored",
    "outdone",
]


def standing(
    row: int,
    request: RankingRequest,
    listed: Sequence[RecommendedItem],
    considered: Considered,
    items: Inventory,
) -> Standing:
    """Where an item stands.

    Args:
        row: of the item.
        request: for a list.
        listed: the list.
        considered: what could have been in it; of this ask alone.
        items: the inventory.
    """
    item_id = items.ids[row]
    for one in listed:
        if one.item_id == item_id:
            return "explored" if one.reasons[0].kind == "explore" else "listed"
    if not items.available[row]:
        return "unavailable"
    if request.state is not None and item_id in request.state.recent.items:
        return "acted_on"
    if item_id in request.exclude:
        return "excluded"
    if request.category is not None and items.categories[row] != items.category_codes.get(
        request.category
    ):
        return "other_category"
    if row not in considered.rows[0]:
        return "not_a_candidate"
    score = considered.score[0][considered.rows[0] == row].max()
    return "outscored" if better_than(float(score), considered) >= request.count else "outdone"


def better_than(score: float, considered: Considered) -> int:
    """How many of the candidates that may be shown score more."""
    return int(np.count_nonzero(considered.allowed[0] & (considered.score[0] > score)))
