"""How well a candidate answers the user's search."""

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.features.feature import Feature, FeatureInputs


def _query_match(inputs: FeatureInputs) -> NDArray[np.float64]:
    users = inputs.users
    match = np.zeros(inputs.rows.shape)
    for user, codes in enumerate(users.query_codes):
        if codes:
            tags = inputs.inventory.tags[inputs.rows[user]]
            hits = np.isin(tags, list(codes)).sum(axis=1)
            match[user] = np.minimum(1.0, hits / users.query_words[user])
    return match


QUERY_MATCH = Feature(
    "query_match", "share of the newest search's words among its tags, at most 1", _query_match
)
