"""Mined interests by hand: what weighs how much, what is rising, and how a search fades.

item  tags
0     sea, boat
1     sea
2     war, boat, sea
3     tea
"""

import msgspec
import numpy as np
import pytest

from freshet.contracts.derived import Recent, RecentQuery, SignalKind
from freshet.contracts.recommendations import InterestUsed
from freshet.domain.interest.mining import mine_interests
from freshet.domain.interest.newest import newest_of
from freshet.domain.interest.recent_interactions import recent_interactions_of
from freshet.domain.ranking.inventory import Inventory
from harness.ranking import SPACE, T0, item, put, state

WEEK_MS = 7 * 24 * 3_600_000
INVENTORY = Inventory(SPACE)
for _n, _tags in enumerate((["sea", "boat"], ["sea"], ["war", "boat", "sea"], ["tea"])):
    put(INVENTORY, item(_n, tags=_tags))

Act = tuple[int, SignalKind, int]


def mined(
    *interactions: Act, search: tuple[str, int] | None = None, tags: dict[str, float] | None = None
) -> list[InterestUsed]:
    """The interests of a user of these interactions: item, kind, and how long before T0."""
    recent = Recent(
        items=[f"item-{n}" for n, _, _ in interactions],
        kinds=[kind for _, kind, _ in interactions],
        times_ms=[T0 - age_ms for _, _, age_ms in interactions],
    )
    queries = [RecentQuery(search[0], T0 - search[1])] if search else []
    ada = msgspec.structs.replace(state("ada", []), recent=recent, queries=queries)
    known = recent_interactions_of([ada], INVENTORY.rows)
    (found,) = mine_interests([ada], known, [tags or {}], INVENTORY.tags, INVENTORY.vocabulary)
    return found


def weights(found: list[InterestUsed]) -> dict[str, float]:
    return {one.tag: one.weight for one in found}


def evidence(found: list[InterestUsed], tag: str) -> list[str | None]:
    (one,) = [one for one in found if one.tag == tag]
    return [interaction.item_id or interaction.query for interaction in one.evidence]


def test_an_act_is_counted_for_one_tag_and_a_little_for_its_others() -> None:
    # The click before counts 2^(-1/8) = .9170. Sea is spoken for by both, .9170 + 1, boat by the
    # first with .9170 / sqrt(2) = .6484; both are counted for sea. (counted + .3 spoken) / 1.3.
    found = mined((0, "click", 0), (1, "click", 0))
    assert weights(found) == pytest.approx({"sea": 1.9170, "boat": 0.3 * 0.6484 / 1.3}, abs=1e-4)
    assert evidence(found, "sea") == ["item-1", "item-0"]
    assert evidence(found, "boat") == ["item-0"]


def test_an_act_fades_by_half_in_a_week_and_by_half_after_eight_others() -> None:
    found = mined((0, "click", WEEK_MS), (1, "click", 0))
    assert weights(found)["sea"] == pytest.approx(0.5 * 0.9170 + 1, abs=1e-4)
    later: list[Act] = [(3, "click", 0)] * 8
    assert weights(mined((1, "like", 0), *later))["sea"] == pytest.approx(1.0, abs=1e-4)


def test_only_the_newest_twenty_four_acts_are_looked_at() -> None:
    later: list[Act] = [(3, "click", 0)] * 23
    assert list(weights(mined((1, "like", 0), *later))) == ["tea", "sea"]
    assert list(weights(mined((1, "like", 0), *later, *later[:1]))) == ["tea"]


def test_what_speaks_against_a_tag_is_taken_off() -> None:
    # Item 2 is liked, then item 1 hidden, which is counted for sea, its only tag: -3. Item 2 says
    # 2 * .9170 = 1.8340 for war, 1.2968 for boat, 1.0589 for sea, which has -1.9411 on the whole.
    found = mined((2, "like", 0), (1, "hide", 0))
    assert weights(found) == pytest.approx({"war": 1.8340, "boat": 0.3 * 1.2968 / 1.3}, abs=1e-4)


def test_what_is_disliked_is_the_two_weights_that_are_lowest_and_is_not_liked() -> None:
    tags = {"sea": -1.0, "war": -3.0, "boat": -2.0, "tea": 5.0}
    found = mined((0, "click", 0), (2, "hide", 0), tags=tags)
    assert weights(found) == {"war": -3.0, "boat": -2.0}
    assert evidence(found, "war") == ["item-2"]


def test_the_strongest_evidence_comes_first_and_three_at_most() -> None:
    # 2^(-3/8) = .771, 3 * 2^(-2/8) = 2.523, 2^(-1/8) = .917, 1.
    interactions: list[Act] = [
        (1, "click", 0),
        (0, "purchase", 0),
        (1, "click", 0),
        (0, "click", 0),
    ]
    assert evidence(mined(*interactions), "sea") == ["item-0", "item-0", "item-1"]


def test_a_search_says_as_much_as_a_click_and_a_half_and_fades_alike() -> None:
    assert weights(mined(search=("tea", 0))) == {"tea": 1.5}
    found = mined((1, "click", 0), search=("tea", 0))
    # What is done at the same time is not later.
    assert weights(found) == {"tea": 1.5, "sea": 1.0}
    assert evidence(found, "tea") == ["tea"]
    # One interaction later, and a week.
    found = mined((1, "click", 0), search=("tea", WEEK_MS))
    assert weights(found)["tea"] == pytest.approx(1.5 * 0.9170 / 2, abs=1e-4)
    # A search among later interactions fades by those alone that came after it.
    found = mined((1, "click", 9), (1, "click", 0), search=("tea", 5))
    assert weights(found)["tea"] == pytest.approx(1.5 * 0.9170, abs=1e-4)
    # The longest tag that it names comes first, and a search is one interaction for that.
    found = mined(search=("sea boat", 0))
    assert list(weights(found)) == ["boat", "sea"]


@pytest.mark.parametrize(
    ("before", "after", "trend"),
    [
        # The last k interactions count 1 + 2^(-1/4) + ...: 1.841 of two, 5.500 of twelve.
        # A share of .3347 beside 2 / 12: 2.008 times.
        (10, 2, "rising"),
        # .3440 beside 2 / 11: 1.892 times.
        (9, 2, "steady"),
        # One interaction alone is no rise.
        (20, 1, "steady"),
    ],
)
def test_a_tag_rises_where_its_share_of_what_is_late_is_twice_that_of_all(
    before: int, after: int, trend: str
) -> None:
    interactions: list[Act] = [*[(3, "click", 0)] * before, *[(1, "click", 0)] * after]  # type: ignore[list-item]
    (sea,) = [one for one in mined(*interactions) if one.tag == "sea"]
    assert sea.trend == trend


# Of 5.955 in all what is older than five interactions has 2.312: .388 beside 12 / 17, .550 times.
# Of 6.007 what is older than six has 1.944: .324 beside 12 / 18, .485 times.
@pytest.mark.parametrize(("after", "trend"), [(5, "steady"), (6, "fading")])
def test_a_tag_fades_where_its_share_of_what_is_late_is_half_that_of_all(
    after: int, trend: str
) -> None:
    interactions: list[Act] = [*[(1, "click", 0)] * 12, *[(3, "click", 0)] * after]  # type: ignore[list-item]
    (sea,) = [one for one in mined(*interactions) if one.tag == "sea"]
    assert sea.trend == trend


def test_what_is_newest_by_hand() -> None:
    ada = msgspec.structs.replace(
        state("ada", []),
        recent=Recent(
            items=["item-2", "nowhere", "item-1"],
            kinds=["click", "click", "dismiss"],
            times_ms=[T0 - WEEK_MS, T0, T0],
        ),
        queries=[RecentQuery("tea", T0 - WEEK_MS)],
    )
    found = newest_of(
        [ada], recent_interactions_of([ada], INVENTORY.rows), INVENTORY.tags, INVENTORY.vocabulary
    )
    code = INVENTORY.vocabulary.codes
    assert found.codes[0].tolist() == [
        [code["war"], code["boat"], code["sea"], 0, 0, 0],
        [0] * 6,
        [code["sea"], *[0] * 5],
        [code["tea"], *[0] * 5],
    ]
    # 2^(-2/8) / 2, 2^(-1/8), -.5; after the search came two interactions, and a week:
    # 1.5 * 2^-1.25.
    expected = [0.420448, 0.917004, -0.5, 1.5 * 0.420448]
    np.testing.assert_allclose(found.weight[0], expected, rtol=1e-5)
    np.testing.assert_allclose(found.late[0], [2**-0.5, 2**-0.25, 1.0, 2**-0.5], rtol=1e-6)
