"""What others did next: by hand."""

import numpy as np
import pytest

from freshet.domain.ranking.candidates.together import TOGETHER
from freshet.domain.ranking.covisits import came_from, covisits
from freshet.domain.ranking.expected import log_expected
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.moment import Moment, moment_of
from freshet.domain.ranking.popularity import Popularity
from harness.ranking import T0, ranking_request, state, stocked, trends

ROWS = np.array([[3, 4, 5]])

#: After item 0 people went on to 3 and 4, after item 1 to 4.
FOLLOWED = {0: {3: 3.0, 4: 1.0}, 1: {4: 7.0}}


def moment(clicked: list[int], clicks: dict[int, float] | None = None) -> Moment:
    inventory = stocked(10)
    popularity = trends(inventory, clicks or {}, FOLLOWED)
    return at(inventory, popularity, clicked)


def at(inventory: Inventory, popularity: Popularity, clicked: list[int]) -> Moment:
    popularity.refresh(T0)
    known = state("ada", clicked) if clicked else None
    return moment_of(inventory, popularity, [ranking_request(known)], T0)


def test_shares_are_those_of_the_neighbours() -> None:
    near, far = covisits(moment([0])).at(ROWS)
    assert near[0].tolist() == pytest.approx([0.75, 0.25, 0.0])
    assert far[0].tolist() == pytest.approx([0.75, 0.25, 0.0])


def test_the_newest_interaction_leads() -> None:
    # Item 1 is the newest: 7 / sqrt(7 + 5); item 0 before it: 3 and 1 / sqrt(4 + 5), fading.
    near, far = covisits(moment([0, 1])).at(ROWS)
    for share, half_life in ((near, 1.5), (far, 10.0)):
        fade = 2 ** (-1 / half_life)
        three, four = fade * 3 / 3, 7 / 12**0.5 + fade * 1 / 3
        expected = [three / (three + four), four / (three + four), 0.0]
        assert share[0].tolist() == pytest.approx(expected, rel=1e-5)


def test_what_everybody_clicks_counts_less() -> None:
    # Item 3 has 20 clicks: its 3 counts 3 / sqrt(25), the 1 of item 4 as 1 / sqrt(5).
    near, _ = covisits(moment([0], {3: 20.0})).at(ROWS)
    three, four = 3 / 5, 1 / 5**0.5
    assert near[0, 0] == pytest.approx(three / (three + four), rel=1e-5)


def test_what_may_not_be_shown_takes_no_share() -> None:
    inventory = stocked(10)
    popularity = trends(inventory, {}, FOLLOWED)
    inventory.withdraw("item-3")
    near, _ = covisits(at(inventory, popularity, [0])).at(ROWS)
    assert near[0].tolist() == pytest.approx([0.0, 1.0, 0.0])


def test_who_did_nothing_is_told_nothing() -> None:
    near, far = covisits(moment([])).at(ROWS)
    assert not near.any()
    assert not far.any()


def test_the_source_brings_the_neighbours_the_likeliest_first() -> None:
    found = TOGETHER.find(moment([0, 1]), 3)
    assert found.tolist() == [[4, 3, -1]]


def test_a_reason_names_the_interaction_that_speaks_most() -> None:
    found = came_from(moment([0, 1]), np.array([[3, 4, 5, -1]]))
    assert found.tolist() == [[0, 1, -1, -1]]


def test_the_mixture_of_a_stranger_is_the_popularity() -> None:
    # One item has all clicks of all memories: .3 + 1 + .5 + .05, and .02 / 10 as any item.
    logs = log_expected(moment([], {3: 4.0}), ROWS)
    assert np.exp(logs[0]).tolist() == pytest.approx([1.852, 0.002, 0.002], rel=1e-4)


def test_short_histories_are_trusted_less() -> None:
    # One interaction: 1 / (1 + 2) of the near and far weights 1 + .3.
    logs = log_expected(moment([0]), ROWS)
    assert np.exp(logs[0, 0]) == pytest.approx(0.002 + 1.3 * 0.75 / 3, rel=1e-4)


def test_what_comes_next_may_be_a_repeat_by_hand() -> None:
    # Items 5 and 0 have half of all clicks each: .925 of the popularity's 1.85. The user clicked 0,
    # 0, 1. Of what comes again item 0 has .7 * 2 / 3 + .3 * .9330 / 1.9330 = .611470; the rate of
    # repeats is (1 + .15 * 3) / (3 + 3) = .241667; all weights together are 3.15.
    inventory = stocked(10)
    popularity = trends(inventory, {0: 1.0, 5: 1.0})
    popularity.refresh(T0)
    ada = state("ada", [0, 0, 1])
    rows = np.array([[0, 1, 5]] * 3)
    requests = [
        ranking_request(ada, seen="allow"),
        ranking_request(ada),
        ranking_request(None, seen="allow"),
    ]
    chance = np.exp(log_expected(moment_of(inventory, popularity, requests, T0), rows)) - 0.02 / 10
    again = 0.241667 * 3.15
    new = (1 - 0.241667) * 0.925
    assert chance[0].tolist() == pytest.approx([again * 0.61147, again * 0.38853, new], rel=1e-4)
    # Who is shown nothing again, and who has nothing to come back to, has what is popular.
    for user in (1, 2):
        assert chance[user].tolist() == pytest.approx([0.925, 0.0, 0.925], rel=1e-4, abs=1e-6)


def test_each_user_of_a_micro_batch_has_their_own_shares() -> None:
    inventory = stocked(10)
    popularity = trends(inventory, {}, FOLLOWED)
    popularity.refresh(T0)
    requests = [
        ranking_request(state("ada", [0])),
        ranking_request(None),
        ranking_request(state("bob", [1])),
    ]
    found = covisits(moment_of(inventory, popularity, requests, T0))
    near, _ = found.at(np.array([[3, 4, -1]] * 3))
    expected = np.array([[0.75, 0.25, 0], [0, 0, 0], [0, 1, 0]])
    np.testing.assert_allclose(near, expected, rtol=1e-6)
