"""A candidate source in one file: the newest items of the category of the last interaction.

To serve it, put this file into shared/freshet/domain/ranking/candidates/, its name into
`SourceName`, and `SAME_CATEGORY` into `SOURCES` of registry.py there: CONTRIBUTING.md.
"""

from typing import cast

import numpy as np

from freshet.contracts.recommendations import SourceName
from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.candidates.source import CandidateSource, first_eligible
from freshet.domain.ranking.moment import Moment


def _same_category(moment: Moment, count: int) -> Rows:
    categories, last = moment.inventory.categories, moment.users.latest[:, 0]
    wanted = np.where(last >= 0, categories[last], 0)[:, None]
    items = moment.eligible.shape[1]
    # 0 is no category: who did nothing, or something without one, is brought nothing.
    alike = (categories[None, :items] == wanted) & (wanted > 0)
    return first_eligible(moment.popularity.freshest, moment.eligible & alike, count)


# The cast goes when the name is in `SourceName`: an example must not change the messages.
SAME_CATEGORY = CandidateSource(cast(SourceName, "same_category"), 20, _same_category)
