"""Exponential decay of counts: a value carries the time that it is as of."""

import math

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS

#: What follows an item changes slowly.
NEIGHBOUR_HALF_LIFE_MS = 60 * DAY_MS


def decayed(value: float, elapsed_ms: int, half_life_ms: int) -> float:
    """What is left of `value` after `elapsed_ms` (not negative).

    Args:
        value: as it was.
        elapsed_ms: since then.
        half_life_ms: after so long half of it is left.
    """
    return value * math.exp2(-elapsed_ms / half_life_ms)
