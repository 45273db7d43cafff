"""Exponential decay of counts: a value carries the time that it is as of."""

import math

#: A click of a week ago counts half in an item's popularity.
CLICK_HALF_LIFE_MS = 7 * 24 * 3_600_000

#: What is rising shows within the hour.
RISING_HALF_LIFE_MS = 3_600_000


def decayed(value: float, elapsed_ms: int, half_life_ms: int) -> float:
    """What is left of `value` after `elapsed_ms` (not negative)."""
    return value * math.exp2(-elapsed_ms / half_life_ms)
