"""How new a candidate is."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.features.feature import Feature, FeatureInputs

#: An item is half as new every two weeks.
FRESHNESS_HALF_LIFE_MS = 14 * 24 * 3_600_000


def _freshness(inputs: FeatureInputs) -> NDArray[np.float64]:
    age_ms = np.maximum(inputs.now_ms - inputs.inventory.published_ms[inputs.rows], 0.0)
    fresh: NDArray[np.float64] = np.exp2(-age_ms / FRESHNESS_HALF_LIFE_MS)
    return fresh


FRESHNESS = Feature(
    "freshness", "1 when published, half of it every two weeks", _freshness, unknown=None
)
