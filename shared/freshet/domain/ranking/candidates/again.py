"""Items that the user interacted with before, where they may come again."""

import numpy as np

from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.candidates.source import CandidateSource
from freshet.domain.ranking.moment import Moment
from freshet.domain.ranking.repeats import repeats


def _again(moment: Moment, count: int) -> Rows:
    """The likeliest first to come again; none for users who are shown nothing again."""
    if not moment.repeats_allowed.any():
        return np.full((len(moment.eligible), 0), -1)
    found = moment.once(repeats)
    best = np.argsort(-found.share, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(found.rows, best, axis=1)


AGAIN = CandidateSource("again", 64, _again)
