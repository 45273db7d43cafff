"""Items that others interacted with after the user's latest items."""

import numpy as np

from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.candidates.source import CandidateSource
from freshet.domain.ranking.covisits import covisits
from freshet.domain.ranking.moment import Moment

#: The newest interactions lead, the older ones fill up.
_FAR = np.float32(0.25)


def _together(moment: Moment, count: int) -> Rows:
    found = moment.once(covisits)
    users = found.keys // max(found.width, 1)
    order = np.lexsort((-(found.near + _FAR * found.far), users))
    # The place of each among those of its user.
    first = np.searchsorted(users, np.arange(len(moment.eligible)))
    nth = np.arange(len(order)) - first[users]
    kept = nth < count
    rows = np.full((len(moment.eligible), count), -1)
    rows[users[kept], nth[kept]] = found.keys[order][kept] % max(found.width, 1)
    return rows


TOGETHER = CandidateSource("together", 80, _together)
