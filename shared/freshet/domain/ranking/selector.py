"""From scored candidates to the ranks of a list: diverse, and now and then exploring."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.filters import Mask

#: Points of score that a twin of what stands above loses.
DIVERSITY = 1.0

#: Cosine from which two items are alike; what is less so costs nothing.
ALIKE = 0.9

#: The best of each user's candidates among which the selector picks.
POOL = 50


class Selection(NamedTuple):
    """The places of a list, each array of shape [b, ranks].

    Attributes:
        places: column in the pool; -1 where nothing was left.
        propensity: the chance of this pick at this rank, given those above.
        explored: whether chance picked it, not the score.
    """

    places: Rows
    propensity: NDArray[np.float64]
    explored: Mask


def select(
    scores: Floats,
    embeddings: Floats,
    ranks: int,
    epsilon: float,
    uniforms: NDArray[np.float64],
) -> Selection:
    """Fill the ranks one by one, greedily and epsilon-exploring.

    Greedy is maximal marginal relevance (Carbonell and Goldstein, 1998): the score, less what the
    largest likeness to what stands above costs. With probability epsilon a rank is given to any of
    the candidates left instead, all with the same chance; so the greedy pick has propensity
    1 - epsilon + epsilon / left, any other epsilon / left.

    Args:
        scores: of the pool, [b, p]; -inf for what must not be shown.
        embeddings: of the pool, [b, p, d].
        ranks: length of the list, at most p.
        epsilon: chance of an exploring pick at each rank.
        uniforms: numbers in [0, 1), [b, ranks, 2].
    """
    users, pool = scores.shape
    every = np.arange(users)
    showable = np.isfinite(scores)
    # Every rank before took one; so all of chance but whom it picks is known beforehand.
    left = np.maximum(showable.sum(axis=1)[:, None] - np.arange(ranks), 0)
    share = epsilon / np.maximum(left, 1)
    exploring: Mask = uniforms[:, :ranks, 0] < epsilon
    # The n-th that is left, n uniform.
    nth = np.minimum((uniforms[:, :ranks, 1] * left).astype(np.int64), left - 1)

    likeness = embeddings @ embeddings.transpose(0, 2, 1)
    cost = DIVERSITY / (1 - ALIKE) * np.maximum(likeness - np.float32(ALIKE), 0)
    above = np.zeros((users, pool), np.float32)
    own = np.where(showable, scores, -np.inf)
    greedy = np.empty((users, ranks), np.int64)
    places = np.empty((users, ranks), np.int64)
    for rank, some_explore in enumerate(map(any, exploring.T.tolist())):
        picked: Rows = (own - above).argmax(axis=1)
        greedy[:, rank] = picked
        if some_explore:
            chance = (np.isfinite(own).cumsum(axis=1) > nth[:, rank, None]).argmax(axis=1)
            picked = np.where(exploring[:, rank], chance, picked)
        places[:, rank] = picked
        own[every, picked] = -np.inf
        np.maximum(above, cost[every, picked], out=above)
    return Selection(
        places=np.where(left > 0, places, -1),
        propensity=np.where(places == greedy, 1 - epsilon + share, share),
        explored=exploring & (places != greedy),
    )
