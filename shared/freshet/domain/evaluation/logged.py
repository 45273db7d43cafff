"""Lists that were made with known chances, seen, and clicked in or not."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.inputs import Click, Impression
from freshet.contracts.recommendations import Recommendations

#: An exploring pick among two or more has at most this propensity; a greedy one has more, unless
#: a list explores more often than not.
_EXPLORED = 0.5

_STRATEGIES = ("personalised", "explore", "trending", "cold_start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """N lists of at most K ranks.

    Attributes:
        users: who saw each, object [n].
        there: whether the list has the rank, [n, k].
        propensity: chance that the item was put there, given those above, (0, 1], [n, k]; 1 pads.
        clicks: 1 where it was clicked, [n, k].
        features: of each rank, what was known before its item was picked: the rank, chances of
            a click that the model gave to the items above, the strategy; [n, k, f].
    """

    users: NDArray[np.object_]
    there: NDArray[np.bool_]
    propensity: NDArray[np.float64]
    clicks: NDArray[np.float64]
    features: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.users)

    def greedy(self) -> NDArray[np.float64]:
        """Chance of each item [n, k] by a policy that would never explore: 1 or 0.

        A pick that chance made and that the score would have made too has the propensity of a
        greedy one: there is nothing to tell apart. Lists that explore at half of their ranks or
        more cannot be read so; then the mean weight is far from 1.
        """
        return (self.propensity > _EXPLORED).astype(np.float64)


def logged_lists(
    recommendations: Iterable[Recommendations],
    impressions: Iterable[Impression],
    clicks: Iterable[Click],
    depth: int,
) -> Logged:
    """Join lists with what was seen and clicked.

    Only lists that their user saw count, down to the first rank that something else was shown
    at: the propensities are those of the order that was made, not of another.

    Args:
        recommendations: the lists.
        impressions: what was seen; of other lists are passed over.
        clicks: passed over where they do not name their list.
        depth: ranks that count.
    """
    made = {one.recommendation_id: one for one in recommendations}
    seen: dict[str, int] = {}
    for impression in impressions:
        one = made.get(impression.recommendation_id or "")
        if one is not None and one.user_id == impression.user_id:
            seen[one.recommendation_id] = _same(one, impression)
    clicked = {
        (click.recommendation_id, click.item_id)
        for click in clicks
        if click.recommendation_id in seen
        and made[click.recommendation_id].user_id == click.user_id
    }
    lists = [(made[list_id], min(length, depth)) for list_id, length in seen.items() if length]
    n, k = len(lists), max((length for _, length in lists), default=0)
    there = np.zeros((n, k), np.bool_)
    propensity = np.ones((n, k))
    hit = np.zeros((n, k))
    features = np.zeros((n, k, 3 + len(_STRATEGIES)), np.float32)
    features[:, :, 0] = np.arange(k)
    for row, (one, length) in enumerate(lists):
        items = one.items[:length]
        chances = np.array([item.probability for item in items], np.float32)
        there[row, :length] = True
        propensity[row, :length] = [item.propensity for item in items]
        hit[row, :length] = [(one.recommendation_id, item.item_id) in clicked for item in items]
        features[row, 1:length, 1] = chances[:-1]
        features[row, 1:length, 2] = np.maximum.accumulate(chances)[:-1]
        features[row, :, 3 + _STRATEGIES.index(one.strategy)] = 1.0
    return Logged(
        users=np.array([one.user_id for one, _ in lists], object),
        there=there,
        propensity=propensity,
        clicks=hit,
        features=features,
    )


def _same(made: Recommendations, shown: Impression) -> int:
    """How many ranks from the top were shown as they were made."""
    pairs = list(zip((one.item_id for one in made.items), shown.item_ids, strict=False))
    return next((rank for rank, (item, other) in enumerate(pairs) if item != other), len(pairs))
