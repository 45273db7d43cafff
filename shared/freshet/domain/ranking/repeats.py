"""How likely a user is to come back to what they interacted with before."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.moment import Moment

#: Repeats are about one interaction in seven, until the user's own say more than so many would.
_RATE = 0.15
_RATE_PRIOR = 3.0

#: Half as likely after so many other interactions.
_HALF_LIFE = 10.0

#: Of the chance to come back to an item: by how often, and by how lately.
_BY_COUNT = 0.7


class Repeats(NamedTuple):
    """What of each user's interactions may come again.

    Attributes:
        rows: of the items, each once, -1 for padding, [b, n].
        share: of each, of all that the user comes back to; those of a user sum to 1, [b, n].
        rate: how many of the user's interactions are repeats, [b].
    """

    rows: Rows
    share: Floats
    rate: Floats

    def at(self, rows: Rows) -> Floats:
        """Shares of items [b, k]; 0 of what the user does not know."""
        same = (rows[:, :, None] == self.rows[:, None, :]) & (rows >= 0)[:, :, None]
        shares: Floats = (same * self.share[:, None, :]).sum(axis=2, dtype=np.float32)
        return shares


def repeats(moment: Moment) -> Repeats:
    """Count each user's own interactions that speak for something, among those remembered."""
    interactions = moment.users.interactions
    users, n = interactions.rows.shape
    speaks = (interactions.rows >= 0) & (interactions.strength > 0)
    earlier = np.tril(np.ones((n, n), np.bool_), -1)
    same = (interactions.rows[:, :, None] == interactions.rows[:, None, :]) & speaks[:, :, None]
    same &= speaks[:, None, :]
    repeated = (same & earlier).any(axis=2)
    # Of each item the newest interaction stands for all of them.
    newest = speaks & ~(same & earlier.T).any(axis=2)
    if moment.eligible.size:
        newest &= np.take_along_axis(moment.eligible, np.maximum(interactions.rows, 0), axis=1)
    since = (speaks[:, ::-1].cumsum(axis=1)[:, ::-1] - 1) / _HALF_LIFE
    count = _shares(same.sum(axis=2) * newest)
    share = _BY_COUNT * count + (1 - _BY_COUNT) * _shares(np.exp2(-since) * newest)
    total = speaks.sum(axis=1)
    rate = (repeated.sum(axis=1) + _RATE * _RATE_PRIOR) / (total + _RATE_PRIOR)
    rows = np.where(newest, interactions.rows, -1)
    return Repeats(rows.reshape(users, n), share.astype(np.float32), rate.astype(np.float32))


def _shares(values: NDArray[Any]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = values / np.maximum(values.sum(axis=1, keepdims=True), 1e-30)
    return shares
