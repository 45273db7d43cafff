"""Items that answer what the user is looking for."""

import numpy as np

from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.candidates.source import CandidateSource
from freshet.domain.ranking.moment import Moment


def _searched(moment: Moment, count: int) -> Rows:
    """The newest items that carry one of the tags that the search names."""
    codes = moment.users.query_codes
    rows = np.full((len(codes), count if any(codes) else 0), -1)
    for user, named in enumerate(codes):
        found = moment.inventory.rows_tagged(named, count, moment.eligible[user]) if named else []
        rows[user, : len(found)] = found
    return rows


SEARCHED = CandidateSource("query", 30, _searched)
