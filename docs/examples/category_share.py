"""A feature in one file: how much of what the user did last is of the candidate's category.

To serve it, put this file into shared/freshet/domain/ranking/features/ and `CATEGORY_SHARE` at the
end of `FEATURES` in registry.py there: CONTRIBUTING.md.
"""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.features.feature import Feature, FeatureInputs


def _category_share(inputs: FeatureInputs) -> NDArray[np.float64]:
    categories, latest = inputs.inventory.categories, inputs.users.latest
    # Of the last 16 interactions [b, 16]; 0 is no category, and pads.
    liked = np.where(latest >= 0, categories[latest], 0)[:, None, :]
    alike = (categories[inputs.rows][:, :, None] == liked) & (liked > 0)
    share: NDArray[np.float64] = alike.sum(axis=2) / np.maximum((liked > 0).sum(axis=2), 1)
    return share


CATEGORY_SHARE = Feature(
    "category_share", "share of the last interactions that are of its category", _category_share
)
