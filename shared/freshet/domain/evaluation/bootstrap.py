"""How sure a mean over shown lists is, when the lists of one user are alike."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]
Groups = NDArray[Any]

#: Users drawn at once: the bound of the memory that drawing takes.
_DRAWN_AT_ONCE = 1_048_576


class Interval(NamedTuple):
    """A mean, and the 95 % interval that it is known to."""

    mean: float
    low: float
    high: float


def mean_interval(values: Values, groups: Groups, draws: int, seed: int) -> Interval:
    """The mean of all lists, and how much it moves when other users come.

    Cluster bootstrap (Davison and Hinkley, Bootstrap Methods and their Application, 1997, §3.8)
    with percentiles: users are drawn with replacement, each with all of its lists, since lists
    of one user are no independent evidence.

    Args:
        values: one a list, [n], finite.
        groups: the user of each list, [n].
        draws: how often as many users are drawn as there are; 1,000 or more.
        seed: the same seed gives the same interval.

    Returns:
        With fewer than two users the interval is without ends: nothing is known of others.

    Raises:
        ValueError: no lists, lengths that differ, or a value that is not finite.
    """
    if len(values) == 0 or np.shape(values) != np.shape(groups):
        raise ValueError(f"{np.shape(values)} values for lists of {np.shape(groups)} users")
    if not np.isfinite(values).all():
        raise ValueError("a value is not finite")
    _, user = np.unique(groups, return_inverse=True)
    lists = np.bincount(user).astype(np.float64)
    sums = np.bincount(user, weights=values)
    users = len(lists)
    mean = float(sums.sum() / lists.sum())
    if users < 2:
        return Interval(mean, -np.inf, np.inf)
    random = np.random.default_rng(seed)
    means = np.empty(draws)
    step = max(1, _DRAWN_AT_ONCE // users)
    for start in range(0, draws, step):
        drawn = random.integers(users, size=(min(step, draws - start), users))
        means[start : start + step] = sums[drawn].sum(axis=1) / lists[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(mean, float(low), float(high))


def difference_interval(a: Values, b: Values, groups: Groups, draws: int, seed: int) -> Interval:
    """The mean of `a` less that of `b` on the same lists, paired: what both share cancels out.

    Args:
        a: one value a list, [n], finite.
        b: the others, of the same lists.
        groups: the user of each list, [n].
        draws: as of `mean_interval`, which says what is raised.
        seed: as there.
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(f"{np.shape(a)} and {np.shape(b)} values do not pair")
    return mean_interval(np.asarray(a, np.float64) - b, groups, draws, seed)
