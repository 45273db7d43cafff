"""What many users did and passed over, as arrays: looked up once, read by everything after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Interests
from freshet.domain.interest.strength import STRENGTH


@dataclass(frozen=True, slots=True)
class RecentInteractions:
    """The last interactions of b users with items, newest last; shorter rows are padded in front.

    Attributes:
        rows: row of each interaction's item, -1 for padding and for items that are not known, [b,
            n].
        strength: what the interaction says, 0 for padding, [b, n].
        age_ms: how long before the user's newest interaction, [b, n].
    """

    rows: NDArray[np.int64]
    strength: NDArray[np.float32]
    age_ms: NDArray[np.float64]


def recent_interactions_of(
    states: Sequence[Interests | None], rows: Mapping[str, int]
) -> RecentInteractions:
    """The interactions that the states remember.

    Args:
        states: of b users; None for a user of whom nothing is known.
        rows: row of each known item.
    """
    recents = [state.recent for state in states if state is not None]
    filled = padded_in_front([0 if state is None else len(state.recent) for state in states])
    row = np.full(filled.shape, -1)
    strength = np.zeros(filled.shape, np.float32)
    time_ms = np.zeros(filled.shape)
    # Columns are read by C alone: this is half of what a context costs.
    items = chain.from_iterable([recent.items for recent in recents])
    row[filled] = np.fromiter(map(rows.get, items, repeat(-1)), np.int64)
    kinds = chain.from_iterable([recent.kinds for recent in recents])
    strength[filled] = np.fromiter(map(STRENGTH.__getitem__, kinds), np.float32)
    times = chain.from_iterable([recent.times_ms for recent in recents])
    time_ms[filled] = np.fromiter(times, np.float64)
    age_ms = np.where(filled, time_ms[:, -1:] - time_ms, 0.0)
    return RecentInteractions(row, strength, age_ms)


def skipped_rows(states: Sequence[Interests | None], rows: Mapping[str, int]) -> NDArray[np.int64]:
    """Rows of what each user passed over, newest last, -1 for padding and unknown items, [b, p].

    Args:
        states: of b users; None for a user of whom nothing is known.
        rows: row of each known item.
    """
    skipped = [[] if state is None else state.passed for state in states]
    filled = padded_in_front([len(one) for one in skipped])
    found = np.full(filled.shape, -1)
    get = rows.get
    found[filled] = [get(item_id, -1) for one in skipped for item_id in one]
    return found


def padded_in_front(counts: Sequence[int]) -> NDArray[np.bool_]:
    """Where rows of these lengths have something when the last of each stands last, [b, n]."""
    length = max(counts, default=0)
    filled: NDArray[np.bool_] = np.arange(length) >= length - np.array(counts, np.int64)[:, None]
    return filled
