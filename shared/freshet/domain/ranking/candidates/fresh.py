"""The newest items."""

from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.candidates.source import CandidateSource, first_eligible
from freshet.domain.ranking.moment import Moment


def _fresh(moment: Moment, count: int) -> Rows:
    return first_eligible(moment.popularity.freshest, moment.eligible, count)


FRESH = CandidateSource("fresh", 20, _fresh)
