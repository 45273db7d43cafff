"""How often others went on to a candidate from what the user did last."""

import numpy as np

from freshet.domain.ranking.arrays import Floats
from freshet.domain.ranking.covisits import covisits
from freshet.domain.ranking.expected import log_expected
from freshet.domain.ranking.features.feature import Feature, FeatureInputs

#: Shares below this are all alike.
_FLOOR = np.float32(1e-5)


def _shares(inputs: FeatureInputs) -> tuple[Floats, Floats]:
    """Near and far, [b, k] each: shared work."""
    return inputs.moment.once(covisits).at(inputs.rows)


FOLLOWS_NEAR = Feature(
    "follows_near",
    "log of its share of what followed the newest interactions",
    lambda inputs: np.log(inputs.once(_shares)[0] + _FLOOR),
    unknown=float(np.log(_FLOOR)),
)
FOLLOWS_FAR = Feature(
    "follows_far",
    "log of its share of what followed the last 16 interactions",
    lambda inputs: np.log(inputs.once(_shares)[1] + _FLOOR),
    unknown=float(np.log(_FLOOR)),
)
EXPECTED = Feature(
    "expected",
    "log of a mixture of its shares of what is popular and of what followed",
    lambda inputs: log_expected(inputs.moment, inputs.rows),
    unknown=None,
)
