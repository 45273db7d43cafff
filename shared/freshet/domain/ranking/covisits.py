"""What a user is likely to do next, by what others did after the same items."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.moment import Moment
from freshet.domain.ranking.user_context import LATEST

#: The newest interaction leads: each older one counts less, half of it after so many more.
_NEAR_HALF_LIFE = 1.5
_FAR_HALF_LIFE = 10.0

_NEAR, _FAR = (
    np.exp2(-np.arange(LATEST) / half_life).astype(np.float32)
    for half_life in (_NEAR_HALF_LIFE, _FAR_HALF_LIFE)
)

#: What everybody interacts with follows everything: counts are divided by the root of popularity.
_POPULARITY_PRIOR = 5.0


class CoVisits(NamedTuple):
    """Shares of what follows each user's latest interactions, over the items that may be shown.

    Attributes:
        width: of the inventory: user u and row r have the key u * width + r.
        keys: of users and items, sorted, each once, [m].
        near, far: share of each; those of a user sum to 1.
    """

    width: int
    keys: NDArray[np.int64]
    near: Floats
    far: Floats

    def at(self, rows: Rows) -> tuple[Floats, Floats]:
        """The near and far shares of items [b, k]; 0 where nothing followed."""
        if not len(self.keys):
            return np.zeros(rows.shape, np.float32), np.zeros(rows.shape, np.float32)
        keys = rows + self.width * np.arange(len(rows))[:, None]
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = (self.keys[places] == keys) & (rows >= 0)
        return self.near[places] * found, self.far[places] * found


def covisits(moment: Moment) -> CoVisits:
    """Add up the neighbours of each user's latest interactions.

    Item-based collaborative filtering (Deshpande and Karypis, "Item-based top-N recommendation
    algorithms", 2004): a neighbour j of the k-th newest interaction x adds
    2^(-k / half-life) * C[x, j] / sqrt(N[x] + 5) / sqrt(clicks[j] + 5).
    """
    latest, neighbours = moment.users.latest, moment.popularity.neighbours
    users, width = len(latest), len(moment.inventory)
    rows, weights = neighbours.of(latest)
    if not moment.eligible.size:
        nothing = np.zeros(0, np.float32)
        return CoVisits(width, np.zeros(0, np.int64), nothing, nothing)
    # A neighbour may be so new that popularity has not been refreshed since.
    clicks = moment.popularity.clicks_ever
    weights = weights / np.sqrt(clicks.take(rows, mode="clip") + np.float32(_POPULARITY_PRIOR))
    user = np.arange(users)[:, None, None]
    kept = (rows >= 0) & (rows < moment.eligible.shape[1])
    kept &= moment.eligible[user, np.where(kept, rows, 0)]
    keys = (rows + width * user)[kept]
    order = keys.argsort(kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else keys
    keys = keys[starts]
    near, far = (
        np.add.reduceat((weights * fade[None, :, None])[kept][order], starts)
        if len(keys)
        else np.zeros(0, np.float32)
        for fade in (_NEAR, _FAR)
    )
    return CoVisits(width, keys, _shares(near, keys // width), _shares(far, keys // width))


def came_from(moment: Moment, rows: Rows) -> Rows:
    """Of each item [b, m] the user's interaction that speaks most for it: its row, or -1."""
    latest = moment.users.latest
    neighbours, weights = moment.popularity.neighbours.of(latest)
    weights = weights * _NEAR[None, :, None]
    same = (neighbours[:, None] == rows[:, :, None, None]) & (rows >= 0)[:, :, None, None]
    # [b, m, 16]: what each of the latest interactions says of each item.
    said = (same * weights[:, None]).sum(axis=3)
    most = said.argmax(axis=2)
    found = np.take_along_axis(latest, most, axis=1)
    return np.where(said.max(axis=2) > 0, found, -1)


def _shares(values: Floats, users: NDArray[np.int64]) -> Floats:
    """Values of each user, sorted by user, divided by their sum."""
    sums = np.bincount(users, values)
    shares: Floats = (values / np.maximum(sums[users], 1e-30)).astype(np.float32)
    return shares
