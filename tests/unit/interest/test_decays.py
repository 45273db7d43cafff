"""Every decay of a user's interests by hand: what is left after one half-life, and after two.

The half-lives are written out: a test that took them from the code would hold whatever they were.
"""

import msgspec
import numpy as np
import pytest

from freshet.contracts.derived import Interests, Recent, RecentQuery, SignalKind
from freshet.domain.interest.recent_interactions import recent_interactions_of
from freshet.domain.interest.slow import absorb, slow_of
from freshet.domain.interest.strength import QUERY_STRENGTH, STRENGTH
from freshet.domain.interest.tags import current_tags, reinforce
from freshet.domain.interest.vectors import interest_vectors
from harness.ranking import SPACE, T0, state
from harness.vectors import slow_vector, vector

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ROWS = {"x": 0, "y": 1}
EMBEDDINGS = np.stack([vector(1, 0, 0), vector(0, 1, 0)])


class Axes:
    """Items x and y along their axes; what is unknown has no vector."""

    embedding_version = SPACE

    def embeddings_of(self, item_ids: list[str]) -> np.ndarray:
        return np.stack([EMBEDDINGS[ROWS[one]] if one in ROWS else vector() for one in item_ids])


def who_did(
    *interactions: tuple[str, SignalKind, int], slow: bytes = b"", slow_ms: int = 0
) -> Interests:
    """A user of these interactions: item, kind and how long ago."""
    items, kinds, ages_ms = zip(*interactions, strict=True) if interactions else ((), (), ())
    recent = Recent(items=[*items], kinds=[*kinds], times_ms=[T0 - age_ms for age_ms in ages_ms])
    return msgspec.structs.replace(
        state("ada", []), recent=recent, slow_vector=slow, slow_time_ms=slow_ms
    )


def share(one: Interests, which: int, axis: int) -> float:
    """What one of the three vectors has along an axis, in units of what it has along y."""
    (vectors,) = interest_vectors([one], recent_interactions_of([one], ROWS), EMBEDDINGS, SPACE)
    assert np.linalg.norm(vectors[which]) == pytest.approx(1)
    return float(vectors[which, axis] / vectors[which, 1])


@pytest.mark.parametrize(
    ("which", "half_life_ms"), [(0, HOUR_MS), (1, 3 * DAY_MS), (2, 60 * DAY_MS)]
)
def test_an_act_says_half_after_a_half_life(which: int, half_life_ms: int) -> None:
    for age_ms, left in ((0, 1.0), (half_life_ms, 0.5), (2 * half_life_ms, 0.25)):
        found = share(who_did(("x", "click", age_ms), ("y", "click", 0)), which, 0)
        assert found == pytest.approx(left, rel=1e-5)


@pytest.mark.parametrize("age_days", [0, 60, 120])
def test_the_slow_vector_halves_in_sixty_days_until_the_newest_act(age_days: int) -> None:
    slow_ms = T0 - age_days * DAY_MS
    ada = who_did(("y", "click", 0), slow=slow_vector(0, 0, 2), slow_ms=slow_ms)
    assert share(ada, 2, 2) == pytest.approx(2 * 2 ** (-age_days / 60), rel=1e-3)
    assert share(ada, 0, 2) == share(ada, 1, 2) == 0


def test_a_user_of_whom_only_the_slow_vector_is_left_has_it_whole() -> None:
    ada = who_did(slow=slow_vector(0, 3, 4), slow_ms=T0 - 60 * DAY_MS)
    (vectors,) = interest_vectors([ada], recent_interactions_of([ada], ROWS), EMBEDDINGS, SPACE)
    assert vectors[2, :3].tolist() == pytest.approx([0, 0.6, 0.8], abs=1e-3)
    assert not vectors[:2].any()


def test_what_leaves_the_memory_is_added_to_what_is_left_of_the_slow_vector() -> None:
    # As of the newest that leaves: x has two months less, and is bought: 3 / 2; y is new: 1. Of
    # the 2 z of four months before a quarter is left.
    leaving = Recent(
        items=["x", "unknown", "y"],
        kinds=["purchase", "click", "click"],
        times_ms=[T0 - 60 * DAY_MS, T0 - DAY_MS, T0],
    )
    encoded, as_of_ms = absorb(slow_vector(0, 0, 2), T0 - 120 * DAY_MS, leaving, Axes())  # type: ignore[arg-type]
    assert as_of_ms == T0
    assert slow_of(encoded, SPACE)[:3].tolist() == pytest.approx([1.5, 1.0, 0.5], rel=1e-3)
    # A late interaction does not turn the time back: it counts as what it was then.
    late = Recent(items=["y"], kinds=["click"], times_ms=[T0 - 60 * DAY_MS])
    again, as_of_ms = absorb(encoded, T0, late, Axes())  # type: ignore[arg-type]
    assert as_of_ms == T0
    assert slow_of(again, SPACE)[:3].tolist() == pytest.approx([1.5, 1.5, 0.5], rel=1e-3)


def test_a_tag_halves_in_a_week_of_the_users_own_time() -> None:
    tags: dict[str, int] = {}
    epoch_ms = reinforce(tags, 0, ["sea", "boat", "wind"], 2.0, T0)
    # The first tag has all of it, the second 1 / sqrt(2), the third 1 / sqrt(3).
    assert tags == {"sea": 2000, "boat": 1414, "wind": 1154}
    assert epoch_ms == T0
    assert reinforce(tags, epoch_ms, ["boat"], -1.0, T0 + 7 * DAY_MS) == T0
    # As of the epoch an interaction of a week later counts twice.
    assert tags == {"sea": 2000, "boat": -586, "wind": 1154}
    for weeks in (0, 1, 2):
        ada = msgspec.structs.replace(
            who_did(("x", "click", 0)), tags=tags, tags_epoch_ms=T0 - weeks * 7 * DAY_MS
        )
        assert current_tags(ada)["sea"] == pytest.approx(2.0 * 2.0**-weeks)
        # The newest search counts as an interaction does.
        later = msgspec.structs.replace(ada, queries=[RecentQuery("tea", T0 + 7 * DAY_MS)])
        assert current_tags(later)["sea"] == pytest.approx(2.0 * 2.0 ** -(weeks + 1))


def test_weights_are_brought_to_a_new_epoch_before_they_outgrow_numbers() -> None:
    sixteen_weeks_ms = 16 * 7 * DAY_MS
    tags = {"sea": 1000 * 2**17}
    assert reinforce(tags, T0, ["boat"], 1.0, T0 + sixteen_weeks_ms) == T0
    assert tags == {"sea": 1000 * 2**17, "boat": 1000 * 2**16}
    later_ms = T0 + sixteen_weeks_ms + 168 * HOUR_MS
    assert reinforce(tags, T0, ["boat"], 1.0, later_ms) == later_ms
    assert tags == {"sea": 1000, "boat": 500 + 1000}


def test_every_act_says_what_it_says() -> None:
    assert STRENGTH == {
        "click": 1.0,
        "like": 2.0,
        "cart_add": 2.0,
        "purchase": 3.0,
        "cart_remove": -0.5,
        "dismiss": -0.5,
        "dislike": -2.0,
        "hide": -3.0,
    }
    assert QUERY_STRENGTH == 1.5
