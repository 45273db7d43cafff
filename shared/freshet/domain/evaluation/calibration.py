"""Whether what is said to be clicked in one of ten cases is."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.evaluation.bootstrap import mean_interval
from freshet.domain.evaluation.report import Bin, figure
from freshet.domain.learning.examples import Examples

BINS = 10


def reliability(
    probabilities: NDArray[np.float32], examples: Examples, draws: int, seed: int
) -> list[Bin]:
    """Bins of equally many items, from the smallest chances to the largest.

    Clicks are rare: of bins of equal width most would be empty and the first have everything.
    Items with the same chance share a bin, so there may be fewer bins.

    Args:
        probabilities: of a click, [n, k]; those of padding are not read.
        examples: the lists.
        draws: of the bootstrap of the intervals.
        seed: of the bootstrap.

    Raises:
        ValueError: a chance is not between 0 and 1.
    """
    there = examples.items >= 0
    chances = probabilities[there].astype(np.float64)
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError("a probability is not between 0 and 1")
    clicked = examples.labels[there] > 0
    users = np.unique(examples.user_ids, return_inverse=True)[1]
    users = np.broadcast_to(users[:, None], there.shape)[there]
    edges = np.unique(np.quantile(chances, np.arange(1, BINS) / BINS))
    which = np.searchsorted(edges, chances, side="right")
    return [
        Bin(
            count=int(inside.sum()),
            predicted=float(chances[inside].mean()),
            observed=figure(
                mean_interval(clicked[inside].astype(np.float64), users[inside], draws, seed)
            ),
        )
        for number in range(len(edges) + 1)
        if (inside := which == number).any()
    ]


def expected_calibration_error(bins: list[Bin]) -> float:
    """Mean distance of chance and click rate over all items (Naeini et al., AAAI 2015)."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.predicted - one.observed.mean) for one in bins) / max(1, total)
