"""The example of a feature, by values worked out by hand."""

import numpy as np
import pytest

from category_share import CATEGORY_SHARE
from freshet.contracts.derived import Interests
from freshet.domain.ranking.features.feature import FeatureInputs
from freshet.domain.ranking.moment import moment_of
from harness.ranking import T0, item, put, ranking_request, state, stocked, trends


@pytest.mark.parametrize(
    ("known", "values"),
    [
        # Items 0, 5 and 1 are of the sea, the sea and war.
        (state("ada", [0, 5, 1]), [2 / 3, 1 / 3, 0, 0]),
        (state("bob", [2]), [0, 0, 1, 0]),
        # What has no category is like nothing, itself included.
        (state("cy", [10]), [0, 0, 0, 0]),
        (None, [0, 0, 0, 0]),
    ],
)
def test_the_share_is_of_what_has_a_category(known: Interests | None, values: list[float]) -> None:
    inventory = stocked(10)
    put(inventory, item(10, category=None))
    popularity = trends(inventory, {})
    popularity.refresh(T0)
    moment = moment_of(inventory, popularity, [ranking_request(known)], T0)
    found = CATEGORY_SHARE.compute(FeatureInputs(moment, np.array([[0, 1, 2, 10]])))
    np.testing.assert_allclose(found, [values])
