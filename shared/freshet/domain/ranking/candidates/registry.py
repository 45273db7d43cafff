"""All candidate sources, and what they bring together."""

from collections.abc import Sequence

import numpy as np

from freshet.contracts.recommendations import SourceName
from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.candidates.again import AGAIN
from freshet.domain.ranking.candidates.fresh import FRESH
from freshet.domain.ranking.candidates.popular import (
    POPULAR_DAY,
    POPULAR_EVER,
    POPULAR_HOUR,
    POPULAR_WEEK,
)
from freshet.domain.ranking.candidates.searched import SEARCHED
from freshet.domain.ranking.candidates.similar import SIMILAR
from freshet.domain.ranking.candidates.source import CandidateSource
from freshet.domain.ranking.candidates.together import TOGETHER
from freshet.domain.ranking.filters import Mask
from freshet.domain.ranking.moment import Moment

#: In the order in which messages name them.
SOURCES: tuple[CandidateSource, ...] = (
    SEARCHED,
    AGAIN,
    TOGETHER,
    SIMILAR,
    POPULAR_HOUR,
    POPULAR_DAY,
    POPULAR_WEEK,
    POPULAR_EVER,
    FRESH,
)


class Candidates:
    """The candidates of b users.

    Args:
        sources: that found them, in the order in which they are named.
        found: rows of each source, [b, any] each, padded with -1.

    Attributes:
        rows: all of them, sorted, -1 for padding, [b, k].
        once: of a row that is there twice, the first; never padding, [b, k].
    """

    def __init__(self, sources: Sequence[CandidateSource], found: Sequence[Rows]) -> None:
        self._sources = sources
        self._found = found
        rows = np.concatenate(found, axis=1)
        rows.sort(axis=1)
        # Padding comes first: columns of nothing else are left out.
        self.rows: Rows = rows[:, (rows < 0).all(axis=0).sum() :]
        self.once: Mask = self.rows >= 0
        self.once[:, 1:] &= self.rows[:, 1:] != self.rows[:, :-1]

    def of(self, source: CandidateSource) -> Rows:
        """What one of the sources found, padded with -1."""
        return self._found[self._sources.index(source)]

    def sources_of(self, rows: Rows) -> list[list[list[SourceName]]]:
        """Which sources brought each of these rows, [b, m] lists of names."""
        brought = [
            (found[:, None, :] == rows[:, :, None]).any(axis=2).tolist() for found in self._found
        ]
        users, ranks = rows.shape
        return [
            [
                [
                    source.name
                    for source, by in zip(self._sources, brought, strict=True)
                    if by[user][rank]
                ]
                for rank in range(ranks)
            ]
            for user in range(users)
        ]


def candidates(moment: Moment, sources: Sequence[CandidateSource], ranks: int) -> Candidates:
    """Ask all sources.

    Args:
        moment: of b users.
        sources: to be asked.
        ranks: of the longest list.
    """
    counts = [max(one.count, ranks) if one.fills else one.count for one in sources]
    found = [one.find(moment, count) for one, count in zip(sources, counts, strict=True)]
    return Candidates(sources, found)
