"""Items that nothing speaks for: what is never shown is never learned about."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.candidates.source import CandidateSource
from freshet.domain.ranking.moment import Moment

COUNT = 10


def explore(uniforms: NDArray[np.float64]) -> CandidateSource:
    """Any items, by chance.

    Args:
        uniforms: numbers in [0, 1) to choose by, [b, 10].
    """

    def find(moment: Moment, count: int) -> Rows:
        items = moment.eligible.shape[1]
        if not items:
            return np.full((len(uniforms), 0), -1)
        rows = (uniforms[:, :count] * items).astype(np.int64)
        rows.sort(axis=1)
        may = np.take_along_axis(moment.eligible, rows, axis=1)
        may[:, 1:] &= rows[:, 1:] != rows[:, :-1]
        return np.where(may, rows, -1)

    return CandidateSource("explore", COUNT, find)
