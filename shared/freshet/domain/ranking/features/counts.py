"""What everyone did with a candidate: decayed counts of clicks and impressions."""

from collections.abc import Callable

import numpy as np

from freshet.domain.ranking.arrays import Floats
from freshet.domain.ranking.features.feature import Feature
from freshet.domain.ranking.popularity import MEMORIES, Popularity

#: Shares below this are all alike.
_FLOOR = np.float32(1e-6)


def _of_item(
    name: str,
    meaning: str,
    values: Callable[[Popularity], Floats],
    unknown: float | None = 0.0,
) -> Feature:
    """A feature that is the same for all users.

    Args:
        name: as manifests write it.
        meaning: in one line.
        values: of all items, by row.
        unknown: of an item that nobody has interacted with.
    """
    return Feature(name, meaning, lambda inputs: values(inputs.popularity)[inputs.rows], unknown)


def _share(memory: str) -> Feature:
    at = MEMORIES.index(memory)
    return Feature(
        f"popularity_{memory}",
        f"log of its share of all clicks, {memory}",
        lambda inputs: np.log(inputs.popularity.shares[at].take(inputs.rows) + _FLOOR),
        unknown=float(np.log(_FLOOR)),
    )


POPULARITY = _of_item("popularity", "log(1 + decayed clicks)", lambda items: items.popularity)
POPULARITY_DAY = _share("day")
POPULARITY_EVER = _share("ever")
CLICK_RATE = _of_item(
    "click_rate",
    "decayed clicks an impression, smoothed",
    lambda items: items.click_rate,
    unknown=None,
)
CLICK_RATE_QUICK = _of_item(
    "click_rate_quick",
    "click_rate that trusts an item's first impressions",
    lambda items: items.click_rate_quick,
    unknown=None,
)
EXPOSURE = _of_item("exposure", "log(1 + decayed impressions)", lambda items: items.exposure)
RISING = _of_item("rising", "log(1 + clicks of the last hours)", lambda items: items.rising)
