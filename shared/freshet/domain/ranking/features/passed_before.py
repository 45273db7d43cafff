"""Whether a candidate was shown to the user lately and skipped."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.features.feature import Feature, FeatureInputs


def _passed_before(inputs: FeatureInputs) -> NDArray[np.bool_]:
    rows = inputs.rows
    # The last column is where -1, the padding, points.
    table = np.zeros((len(rows), len(inputs.inventory) + 1), np.bool_)
    users = np.arange(len(rows))[:, None]
    table[users, inputs.users.skipped] = True
    return table[users, rows]


PASSED_BEFORE = Feature(
    "passed_before", "1 if it was shown lately and not acted on, else 0", _passed_before
)
