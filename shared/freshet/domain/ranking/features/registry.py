"""All features, in the one order that models know, and their computation.

A manifest names its features; training and serving compute them here. Add new ones at the end:
models of before keep serving.
"""

from collections.abc import Sequence

import numpy as np

from freshet.domain.ranking.arrays import Floats
from freshet.domain.ranking.features.affinity import CONTENT_AFFINITY, TAG_AFFINITY
from freshet.domain.ranking.features.content import CONTENT_FAST, CONTENT_MIDDLING, CONTENT_SLOW
from freshet.domain.ranking.features.counts import (
    CLICK_RATE,
    CLICK_RATE_QUICK,
    EXPOSURE,
    POPULARITY,
    POPULARITY_DAY,
    POPULARITY_EVER,
    RISING,
)
from freshet.domain.ranking.features.covisited import EXPECTED, FOLLOWS_FAR, FOLLOWS_NEAR
from freshet.domain.ranking.features.feature import Feature, FeatureInputs
from freshet.domain.ranking.features.freshness import FRESHNESS
from freshet.domain.ranking.features.nearest_recent import NEAREST_RECENT
from freshet.domain.ranking.features.passed_before import PASSED_BEFORE
from freshet.domain.ranking.features.query_match import QUERY_MATCH
from freshet.domain.ranking.features.tags import TAG_DISLIKE, TAG_MATCH

FEATURES: tuple[Feature, ...] = (
    CONTENT_FAST,
    CONTENT_MIDDLING,
    CONTENT_SLOW,
    TAG_MATCH,
    TAG_DISLIKE,
    NEAREST_RECENT,
    POPULARITY,
    CLICK_RATE,
    RISING,
    FRESHNESS,
    QUERY_MATCH,
    CLICK_RATE_QUICK,
    EXPOSURE,
    TAG_AFFINITY,
    CONTENT_AFFINITY,
    PASSED_BEFORE,
    POPULARITY_DAY,
    POPULARITY_EVER,
    FOLLOWS_NEAR,
    FOLLOWS_FAR,
    EXPECTED,
)

#: Their names: the columns of what models learn from.
CROSS_FEATURES: tuple[str, ...] = tuple(one.name for one in FEATURES)

_BY_NAME = dict(zip(CROSS_FEATURES, FEATURES, strict=True))


class UnknownFeature(Exception):
    """A model asks for a feature that is not in the registry; the text names it."""


def features_named(names: Sequence[str]) -> tuple[Feature, ...]:
    """The features of these names.

    Raises:
        UnknownFeature: there is none of such a name.
    """
    unknown = sorted(set(names) - _BY_NAME.keys())
    if unknown:
        raise UnknownFeature(f"features that are not served: {', '.join(unknown)}")
    return tuple(_BY_NAME[name] for name in names)


def cross_features(inputs: FeatureInputs, names: Sequence[str] = CROSS_FEATURES) -> Floats:
    """The features of these names, in their order, [b, k, f]. Only these are computed.

    Raises:
        UnknownFeature: there is none of such a name.
    """
    features = features_named(names)
    values = np.zeros((*inputs.rows.shape, len(features)), np.float32)
    if values.size:
        for column, feature in enumerate(features):
            values[:, :, column] = feature.compute(inputs)
    return values
