"""The example of a candidate source: what it brings alone, and among all others."""

from typing import Any

import numpy as np
import pytest

from freshet.contracts.derived import Interests
from freshet.domain.ranking.candidates.registry import SOURCES, candidates
from freshet.domain.ranking.moment import Moment, moment_of
from harness.ranking import T0, item, put, ranking_request, state, stocked, trends
from same_category import SAME_CATEGORY


def moment(known: Interests | None, **asked: Any) -> Moment:
    inventory = stocked(30)
    put(inventory, item(30, category=None))
    popularity = trends(inventory, {0: 1.0})
    popularity.refresh(T0)
    return moment_of(inventory, popularity, [ranking_request(known, **asked)], T0)


@pytest.mark.parametrize(
    ("known", "rows"),
    [
        # Of the sea are 0, 5, 10, 15, 20, 25, the newest first; what was seen is not eligible.
        (state("ada", [0, 5]), [10, 15, 20, 25]),
        # The last is 2, of love; 1 was before it.
        (state("bob", [1, 2]), [7, 12, 17, 22, 27]),
        (state("cy", [30]), []),
        (None, []),
    ],
)
def test_the_newest_of_the_category_are_brought(known: Interests | None, rows: list[int]) -> None:
    (found,) = SAME_CATEGORY.find(moment(known), SAME_CATEGORY.count)
    assert [row for row in found.tolist() if row >= 0] == rows


def test_what_is_excluded_is_not_brought_and_counts_are_kept() -> None:
    at = moment(state("ada", [0, 5]), exclude=["item-10"])
    assert SAME_CATEGORY.find(at, 2).tolist() == [[15, 20]]


def test_it_is_asked_beside_the_others_and_named() -> None:
    found = candidates(moment(state("ada", [0, 5])), (*SOURCES, SAME_CATEGORY), 10)
    ((sources, others),) = found.sources_of(np.array([[25, 26]]))
    assert sources[-1] == SAME_CATEGORY.name
    assert SAME_CATEGORY.name not in others
