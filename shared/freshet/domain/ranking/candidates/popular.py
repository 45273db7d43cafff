"""Items that most users clicked: within an hour, a day, a week, or ever."""

from freshet.contracts.recommendations import SourceName
from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.candidates.source import CandidateSource, first_eligible
from freshet.domain.ranking.moment import Moment
from freshet.domain.ranking.popularity import MEMORIES


def _popular(name: SourceName, memory: str, count: int, *, fills: bool = False) -> CandidateSource:
    at = MEMORIES.index(memory)

    def find(moment: Moment, wanted: int) -> Rows:
        return first_eligible(moment.popularity.most[at], moment.eligible, wanted)

    return CandidateSource(name, count, find, fills)


POPULAR_HOUR = _popular("trending", "hour", 30)
POPULAR_DAY = _popular("popular_day", "day", 40)
POPULAR_WEEK = _popular("popular_week", "week", 40)
#: It goes on with what nobody clicked, to the last item: with it a list is full if it can be.
POPULAR_EVER = _popular("popular_ever", "ever", 40, fills=True)
