"""What a candidate source is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from freshet.contracts.recommendations import SourceName
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.filters import Mask
from freshet.domain.ranking.moment import Moment


@dataclass(frozen=True, slots=True)
class CandidateSource:
    """Finds items that may belong into a list.

    Attributes:
        name: as messages write it.
        count: of candidates for a user, at most.
        find: `find(moment, count) -> rows`, [b, at most count], padded with -1. Every row is
            eligible for its user, and none comes twice for one.
        fills: whether it goes on to the last item, so that a list is full where it can be.
    """

    name: SourceName
    count: int
    find: Callable[[Moment, int], Rows]
    fills: bool = False


def first_eligible(order: Rows, eligible: Mask, count: int) -> Rows:
    """For each user the first items of an order that may be shown.

    Args:
        order: rows, the best first, [m].
        eligible: which item may be shown to which user, [b, n].
        count: how many.

    Returns:
        Shape [b, count], padded with -1.
    """
    # Few items are not eligible for most users; only where the head does not do, all are read.
    head = order[: 2 * count + 64]
    found = _first(head, eligible, count)
    if len(head) < len(order):
        short = np.flatnonzero(found[:, -1] < 0)
        if len(short):
            found[short] = _first(order, eligible[short], count)
    return found


def _first(order: Rows, eligible: Mask, count: int) -> Rows:
    can = eligible[:, order]
    nth = can.cumsum(axis=1)
    users, places = (can & (nth <= count)).nonzero()
    found = np.full((len(eligible), count), -1)
    found[users, nth[users, places] - 1] = order[places]
    return found


def best(values: Floats, count: int) -> Rows:
    """Places of the largest values of each user, in no order; -1 where they are not finite.

    Args:
        values: [b, n]; -inf for what must not be taken.
        count: how many, at most.
    """
    n = values.shape[1]
    count = min(count, n)
    if not count:
        return np.full((len(values), 0), -1)
    rows = np.argpartition(values, n - count, axis=1)[:, n - count :]
    rows[~np.isfinite(np.take_along_axis(values, rows, axis=1))] = -1
    return rows
