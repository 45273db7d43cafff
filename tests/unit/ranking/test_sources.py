"""Candidate sources: what each brings, and that lists are full where they can be."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.recommendations import SourceName
from freshet.domain.ranking.candidates.registry import SOURCES, candidates
from freshet.domain.ranking.candidates.source import best, first_eligible
from freshet.domain.ranking.moment import moment_of
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from harness.ranking import SUBJECTS, T0, PlainScorer, ranking_request, state, stocked, trends

ITEMS = 200
INVENTORY = stocked(ITEMS)
#: 7 leads the hour; all memories count alike here.
POPULARITY = trends(INVENTORY, {7: 30.0, 11: 5.0}, {0: {33: 2.0}})


def brought(asked: RankingRequest) -> dict[SourceName, list[int]]:
    POPULARITY.refresh(T0)
    found = candidates(moment_of(INVENTORY, POPULARITY, [asked], T0), SOURCES, 10)
    return {one.name: [row for row in found.of(one)[0].tolist() if row >= 0] for one in SOURCES}


def test_what_is_popular_comes_in_its_order_then_the_newest() -> None:
    found = brought(ranking_request(None))
    for name in ("trending", "popular_day", "popular_week", "popular_ever"):
        # Item 0 is the newest, then 1, 2, ...
        assert found[name][:4] == [7, 11, 0, 1], name


def test_the_newest_items_are_fresh() -> None:
    assert brought(ranking_request(None))["fresh"] == list(range(20))


def test_who_did_nothing_has_nothing_similar_together_or_again() -> None:
    found = brought(ranking_request(None, seen="allow"))
    assert not found["similar"] + found["together"] + found["again"] + found["query"]


def test_content_brings_what_is_like_the_interest() -> None:
    subjects = [row % 5 for row in brought(ranking_request(state("ada", [0, 5, 10])))["similar"]]
    assert subjects.count(0) == ITEMS // 5 - 3


def test_a_search_brings_what_it_names() -> None:
    found = brought(ranking_request(None, query="space, please"))["query"]
    assert len(found) == 30
    assert {SUBJECTS[row % 5] for row in found} == {"space"}


def test_what_came_next_for_others_comes() -> None:
    assert brought(ranking_request(state("ada", [0])))["together"] == [33]


@pytest.mark.parametrize("seen", ["exclude", "allow", "again"])
def test_what_was_seen_is_left_out_allowed_or_all_there_is(seen: Any) -> None:
    found = brought(ranking_request(state("ada", [3, 8, 3]), seen=seen))
    everything = {row for rows in found.values() for row in rows}
    # The one had twice is the likelier to come again.
    assert found["again"] == ([] if seen == "exclude" else [3, 8])
    assert ({3, 8} <= everything) == (seen != "exclude")
    assert (everything == {3, 8}) == (seen == "again")


def test_the_first_that_are_eligible_are_found_however_deep() -> None:
    order = np.arange(500)[::-1]
    eligible = np.zeros((2, 500), np.bool_)
    eligible[0, [3, 450]] = True
    eligible[1] = True
    assert first_eligible(order, eligible, 3).tolist() == [[450, 3, -1], [499, 498, 497]]


def test_the_best_are_finite() -> None:
    values = np.array([[1.0, -np.inf, 3.0], [-np.inf] * 3], np.float32)
    found = best(values, 2)
    assert sorted(found[0].tolist()) == [0, 2]
    assert found[1].tolist() == [-1, -1]
    assert best(np.zeros((1, 0), np.float32), 2).shape == (1, 0)


@given(
    st.lists(st.integers(0, ITEMS - 1), max_size=64, unique=True),
    st.lists(st.integers(0, ITEMS - 1), max_size=150, unique=True),
    st.sampled_from([None, *SUBJECTS]),
    st.integers(1, 100),
)
def test_a_list_is_full_wherever_it_can_be(
    clicked: list[int], excluded: list[int], category: str | None, count: int
) -> None:
    known = state("ada", clicked) if clicked else None
    asked = ranking_request(
        known, exclude=[f"item-{n}" for n in excluded], category=category, count=count
    )
    (made,) = Ranking(INVENTORY, POPULARITY, 0.05).rank([asked], PlainScorer(), T0)
    left = set(range(ITEMS)) - set(clicked) - set(excluded)
    if category is not None:
        left = {n for n in left if SUBJECTS[n % 5] == category}
    ids = [one.item_id for one in made.items]
    assert len(ids) == min(count, len(left))
    assert len(set(ids)) == len(ids)
    assert {int(one.removeprefix("item-")) for one in ids} <= left
    assert all(one.sources for one in made.items)
