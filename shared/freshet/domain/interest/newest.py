"""The newest interactions of many users, and their newest search, with tags: what mining reads.

Every list waits for this, so few calls of NumPy count, and what is the same for all is a constant.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Interests
from freshet.domain.interest.recent_interactions import RecentInteractions
from freshet.domain.interest.strength import QUERY_STRENGTH
from freshet.domain.interest.tags import TAG_HALF_LIFE_MS

#: The newest interactions that are looked at, and the tags of each.
ACTS = 24
TAGS = 6

#: An interaction or search counts half when so many interactions came after it; for a trend, even
#: sooner.
HALF_LIFE_ACTS = 8.0
TREND_HALF_LIFE_ACTS = 4.0

_LATER = np.arange(ACTS - 1.0, -1, -1)
_FADED = np.exp2(-_LATER / HALF_LIFE_ACTS)
_LATE = np.exp2(-_LATER / TREND_HALF_LIFE_ACTS)
_NO_TAGS = (0,) * TAGS


class Tags(Protocol):
    """Tags as codes, from 1.

    Attributes:
        codes: code of each tag.
        names: tag of each code.
    """

    codes: dict[str, int]
    names: list[str]

    def spelled_by(self, text: str) -> tuple[int, ...]:
        """Codes of the tags that a search names, the strongest first."""
        ...


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest interactions of b users, newest last, padded in front; behind them a search.

    Attributes:
        codes: of the tags, strongest first, 0 pads, [b, n + 1, 6].
        weight: of each interaction as of now, signed; 0 where there is none, [b, n + 1].
        late: how much each is one of the newest, 0 where there is none, [b, n + 1].
    """

    codes: NDArray[np.int32]
    weight: NDArray[np.float64]
    late: NDArray[np.float64]


def newest_of(
    states: Sequence[Interests | None],
    interactions: RecentInteractions,
    carried: NDArray[np.int32],
    vocabulary: Tags,
) -> Newest:
    """What the users did last.

    Args:
        states: of b users; None for a user of whom nothing is known.
        interactions: what they did lately.
        carried: codes of the tags of each item, strongest first, 0 pads, [rows, at least 6].
        vocabulary: the tags.
    """
    rows, strength = interactions.rows[:, -ACTS:], interactions.strength[:, -ACTS:]
    users, count = rows.shape
    codes = np.empty((users, count + 1, TAGS), np.int32)
    codes[:, :-1] = carried.take(rows, axis=0)[:, :, :TAGS]
    codes[:, :-1][rows < 0] = 0
    weight = np.empty((users, count + 1))
    weight[:, :-1] = np.exp2(interactions.age_ms[:, -ACTS:] / -TAG_HALF_LIFE_MS)
    weight[:, :-1] *= strength * _FADED[ACTS - count :]
    late = np.empty((users, count + 1))
    late[:, :-1] = (strength != 0) * _LATE[ACTS - count :]
    named, weight[:, -1], late[:, -1] = zip(
        *[_search(state, vocabulary) for state in states], strict=True
    )
    codes[:, -1] = np.fromiter(chain.from_iterable(named), np.int32).reshape(users, TAGS)
    return Newest(codes, weight, late)


def _search(state: Interests | None, vocabulary: Tags) -> tuple[tuple[int, ...], float, float]:
    """Tags, weight and lateness of a user's newest search."""
    if state is None or not state.queries:
        return _NO_TAGS, 0.0, 0.0
    search, times_ms = state.queries[-1], state.recent.times_ms
    codes = (*vocabulary.spelled_by(search.text), *_NO_TAGS)[:TAGS]
    later = len(times_ms) - bisect_right(times_ms, search.time_ms)
    age_ms = times_ms[-1] - search.time_ms if later else 0
    faded = 2.0 ** -(later / HALF_LIFE_ACTS + age_ms / TAG_HALF_LIFE_MS)
    return codes, QUERY_STRENGTH * faded, 2.0 ** -(later / TREND_HALF_LIFE_ACTS)
