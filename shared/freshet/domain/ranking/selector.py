"""From scored candidates to the ranks of a list: diverse, and now and then exploring."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.ask import Floats, Rows
from freshet.domain.ranking.filters import Mask

#: Points of score that the likeness of a twin to what stands above costs.
DIVERSITY = 1.0

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
    exploration: NDArray[np.float64],
    uniforms: NDArray[np.float64],
) -> Selection:
    """Fill the ranks one by one, greedily and epsilon-exploring.

    Greedy is maximal marginal relevance (Carbonell and Goldstein, 1998): the score, less the
    largest likeness to what stands above. With probability epsilon a rank is given to any of
    the candidates left instead, all with the same chance; so the greedy pick has propensity
    1 - epsilon + epsilon / left, any other epsilon / left.

    Args:
        scores: of the pool, [b, p]; -inf for what must not be shown.
        embeddings: of the pool, [b, p, d].
        ranks: length of the list, at most p.
        exploration: epsilon of each user, [b].
        uniforms: numbers in [0, 1), [b, ranks, 2].
    """
    users, pool = scores.shape
    likeness = embeddings @ embeddings.transpose(0, 2, 1)
    above = np.zeros((users, pool), np.float32)
    left = np.isfinite(scores)
    every = np.arange(users)
    places = np.full((users, ranks), -1)
    propensity = np.ones((users, ranks))
    explored = np.zeros((users, ranks), np.bool_)
    for rank in range(ranks):
        count = left.sum(axis=1)
        greedy = np.where(left, scores - DIVERSITY * above, -np.inf).argmax(axis=1)
        exploring = uniforms[:, rank, 0] < exploration
        # The n-th that is left, n uniform.
        nth = np.minimum((uniforms[:, rank, 1] * count).astype(np.int64), count - 1)
        chance = (left.cumsum(axis=1) > nth[:, None]).argmax(axis=1)
        picked = np.where(exploring, chance, greedy)
        share = exploration / np.maximum(count, 1)
        some = count > 0
        places[some, rank] = picked[some]
        propensity[:, rank] = np.where(picked == greedy, 1 - exploration + share, share)
        explored[:, rank] = exploring & (picked != greedy)
        left[every, picked] = False
        above = np.maximum(above, likeness[every, picked])
    return Selection(places, propensity, explored)
