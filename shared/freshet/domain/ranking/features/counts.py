"""What everyone did with a candidate: decayed counts of clicks and impressions."""

from collections.abc import Callable

from freshet.domain.ranking.ask import Floats
from freshet.domain.ranking.features.feature import Feature
from freshet.domain.ranking.popularity import Popularity


def _of_item(name: str, meaning: str, values: Callable[[Popularity], Floats]) -> Feature:
    """A feature that is the same for all users: of each candidate its value, by row."""
    return Feature(name, meaning, lambda inputs: values(inputs.popularity)[inputs.rows])


POPULARITY = _of_item("popularity", "log(1 + decayed clicks)", lambda items: items.popularity)
CLICK_RATE = _of_item(
    "click_rate", "decayed clicks an impression, smoothed", lambda items: items.click_rate
)
CLICK_RATE_QUICK = _of_item(
    "click_rate_quick",
    "click_rate that trusts an item's first impressions",
    lambda items: items.click_rate_quick,
)
EXPOSURE = _of_item("exposure", "log(1 + decayed impressions)", lambda items: items.exposure)
RISING = _of_item("rising", "log(1 + clicks of the last hours)", lambda items: items.rising)
