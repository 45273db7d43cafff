"""What everyone did with a candidate: decayed counts of clicks and impressions."""

from freshet.domain.ranking.features.feature import Feature

POPULARITY = Feature(
    "popularity",
    "log(1 + decayed clicks)",
    lambda inputs: inputs.popularity.popularity[inputs.rows],
)
CLICK_RATE = Feature(
    "click_rate",
    "decayed clicks an impression, smoothed",
    lambda inputs: inputs.popularity.click_rate[inputs.rows],
)
CLICK_RATE_QUICK = Feature(
    "click_rate_quick",
    "click_rate that trusts an item's first impressions",
    lambda inputs: inputs.popularity.click_rate_quick[inputs.rows],
)
EXPOSURE = Feature(
    "exposure",
    "log(1 + decayed impressions)",
    lambda inputs: inputs.popularity.exposure[inputs.rows],
)
RISING = Feature(
    "rising",
    "log(1 + clicks of the last hours)",
    lambda inputs: inputs.popularity.rising[inputs.rows],
)
