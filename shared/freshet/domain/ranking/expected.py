"""The prior's opinion of what comes next: a mixture of popularity and of what followed before."""

import numpy as np

from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.covisits import covisits
from freshet.domain.ranking.moment import Moment
from freshet.domain.ranking.repeats import repeats

#: Weights of the shares: popularity of an hour, a day, a week and ever; near and far co-visits.
#: Chosen on the first 80 % of MovieTweetings, where other weights near these do as well.
_POPULAR = np.array([0.3, 1.0, 0.5, 0.05], np.float32)
_NEAR = 1.0
_FAR = 0.3

#: So many interactions are trusted half.
_FEW = 2.0

#: Weight of a share that is the same for all items: what nobody has clicked yet has a chance.
_ANY = 0.02


def log_expected(moment: Moment, rows: Rows) -> Floats:
    """Logarithm of the mixture of all shares for items [b, k]: a relative chance to come next.

    For a user without a history it is the popularity alone.
    """
    popular = _POPULAR @ moment.popularity.shares
    near, far = moment.once(covisits).at(rows)
    # One or two interactions say little of what comes next.
    history = (moment.users.latest >= 0).sum(axis=1)[:, None].astype(np.float32)
    trust = history / (history + np.float32(_FEW))
    chance = popular[rows] + trust * (_NEAR * near + _FAR * far)
    if moment.repeats_allowed.any():
        chance = _with_repeats(moment, rows, chance)
    logs: Floats = np.log(chance + np.float32(_ANY / max(len(popular), 1)))
    return logs


def _with_repeats(moment: Moment, rows: Rows, new: Floats) -> Floats:
    """The mixture where the next interaction may be a repeat: one chance or the other, by rate."""
    found = moment.once(repeats)
    # A user who comes back to nothing has no chance of a repeat.
    may = moment.repeats_allowed & (found.rows >= 0).any(axis=1)
    rate = (found.rate * may)[:, None]
    known = (rows[:, :, None] == found.rows[:, None, :]).any(axis=2)
    again = found.at(rows)
    total = np.float32(_POPULAR.sum() + _NEAR + _FAR)
    mixed: Floats = np.where(known, 0, (1 - rate) * new) + rate * total * again
    return mixed
