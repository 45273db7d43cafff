"""What many users did and passed over, as arrays: looked up once, read by everything after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Interests
from freshet.domain.interest.strength import STRENGTH


@dataclass(frozen=True, slots=True)
class Acts:
    """The last acts of b users on items, the newest last; what is shorter is padded in front.

    Attributes:
        rows: row of each act's item, -1 for padding and for items that are not known, [b, n].
        strength: what the act says, 0 for padding, [b, n].
        age_ms: how long before the user's newest act, [b, n].
    """

    rows: NDArray[np.int64]
    strength: NDArray[np.float32]
    age_ms: NDArray[np.float64]


def acts_of(states: Sequence[Interests | None], rows: Mapping[str, int]) -> Acts:
    """The acts that the states remember.

    Args:
        states: of b users; None for a user of whom nothing is known.
        rows: row of each known item.
    """
    recents = [state.recent for state in states if state is not None]
    there = padded_in_front([0 if state is None else len(state.recent) for state in states])
    row = np.full(there.shape, -1)
    strength = np.zeros(there.shape, np.float32)
    time_ms = np.zeros(there.shape)
    # Columns are read by C alone: this is half of what a context costs.
    items = chain.from_iterable([recent.items for recent in recents])
    row[there] = np.fromiter(map(rows.get, items, repeat(-1)), np.int64)
    kinds = chain.from_iterable([recent.kinds for recent in recents])
    strength[there] = np.fromiter(map(STRENGTH.__getitem__, kinds), np.float32)
    times = chain.from_iterable([recent.times_ms for recent in recents])
    time_ms[there] = np.fromiter(times, np.float64)
    age_ms = np.where(there, time_ms[:, -1:] - time_ms, 0.0)
    return Acts(row, strength, age_ms)


def passed_rows(states: Sequence[Interests | None], rows: Mapping[str, int]) -> NDArray[np.int64]:
    """Rows of what each user passed over, newest last, -1 for padding and unknown items, [b, p].

    Args:
        states: of b users; None for a user of whom nothing is known.
        rows: row of each known item.
    """
    passed = [[] if state is None else state.passed for state in states]
    there = padded_in_front([len(one) for one in passed])
    found = np.full(there.shape, -1)
    get = rows.get
    found[there] = [get(item_id, -1) for one in passed for item_id in one]
    return found


def padded_in_front(counts: Sequence[int]) -> NDArray[np.bool_]:
    """Where rows of these lengths have something when the last of each stands last, [b, n]."""
    length = max(counts, default=0)
    there: NDArray[np.bool_] = np.arange(length) >= length - np.array(counts, np.int64)[:, None]
    return there
