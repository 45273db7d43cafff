"""What users did and passed over as arrays, by hand."""

import msgspec
import numpy as np

from freshet.contracts.derived import Recent
from freshet.domain.interest.recent_interactions import (
    padded_in_front,
    recent_interactions_of,
    skipped_rows,
)
from harness.ranking import T0, state

ROWS = {"x": 4, "y": 7}

ADA = msgspec.structs.replace(
    state("ada", []),
    recent=Recent(
        items=["x", "unknown", "y"],
        kinds=["purchase", "click", "dismiss"],
        times_ms=[T0 - 90, T0 - 30, T0],
    ),
    passed=["y", "unknown"],
)
BOB = msgspec.structs.replace(
    state("bob", []),
    recent=Recent(items=["y"], kinds=["like"], times_ms=[T0 - 500]),
    passed=["x", "y", "x2"],
)


def test_acts_stand_the_newest_last_padded_in_front_and_are_dated_from_the_users_own() -> None:
    interactions = recent_interactions_of([ADA, None, BOB], ROWS)
    assert interactions.rows.tolist() == [[4, -1, 7], [-1, -1, -1], [-1, -1, 7]]
    assert interactions.strength.tolist() == [[3.0, 1.0, -0.5], [0, 0, 0], [0, 0, 2.0]]
    assert interactions.age_ms.tolist() == [[90, 30, 0], [0, 0, 0], [0, 0, 0]]


def test_what_was_passed_over_stands_the_newest_last() -> None:
    assert skipped_rows([ADA, None, BOB], ROWS).tolist() == [[-1, 7, -1], [-1] * 3, [4, 7, -1]]


def test_of_nobody_there_is_nothing() -> None:
    assert recent_interactions_of([None, None], ROWS).rows.shape == (2, 0)
    assert skipped_rows([None], ROWS).shape == (1, 0)
    assert recent_interactions_of([], ROWS).rows.shape == (0, 0)
    np.testing.assert_array_equal(padded_in_front([2, 0]), [[True, True], [False, False]])
