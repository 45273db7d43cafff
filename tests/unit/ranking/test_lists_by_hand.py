"""A list by hand: a model that says what it is told to say, and each field of the message."""

import numpy as np
import pytest

from freshet.contracts.recommendations import Reason, Recommendations
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.candidates import explore
from freshet.domain.ranking.identity import recommendation_id, uniforms
from freshet.domain.ranking.rank import Ranking, _pool
from freshet.domain.ranking.user_context import UserContext
from harness.ranking import SUBJECTS, T0, ranking_request, state, stocked, trends


class Told:
    """Gives each row the score that it is told, and a chance of a tenth of it."""

    label = "told@1"
    features: tuple[str, ...] = ()

    def __init__(self, scores: dict[int, float]) -> None:
        self._scores = np.full(1_024, -5.0, np.float32)
        self._scores[list(scores)] = list(scores.values())

    def score(self, known: UserContext, rows: Rows, cross: Floats) -> tuple[Floats, Floats]:
        assert cross.shape == (*rows.shape, 0), "it reads no feature"
        score = self._scores[rows]
        return score, score / np.float32(10)


SCORES = {7: 3.123456789, 3: 2.0, 11: 2.0, 20: 1.0}


def made(exploration: float = 0.0, **asked: object) -> Recommendations:
    inventory = stocked(40)
    popularity = trends(inventory, {7: 30.0, 11: 5.0}, {1: {7: 3.0}})
    known = asked.pop("known", state("ada", [1, 6]))
    requests = [ranking_request(known, **asked), ranking_request(None, count=2)]  # type: ignore[arg-type]
    return Ranking(inventory, popularity, exploration).rank(requests, Told(SCORES), T0 + 5)[0]


def test_the_best_come_first_and_of_equals_the_one_that_came_first() -> None:
    one = made(count=4)
    assert [item.item_id for item in one.items] == ["item-7", "item-3", "item-11", "item-20"]
    assert [item.rank for item in one.items] == [0, 1, 2, 3]
    assert [item.score for item in one.items] == [3.12346, 2.0, 2.0, 1.0]
    assert [item.probability for item in one.items] == [0.31235, 0.2, 0.2, 0.1]
    assert [item.propensity for item in one.items] == [1.0] * 4


def test_a_list_says_whose_it_is_and_what_made_it() -> None:
    asked = ranking_request(state("ada", [1, 6]))
    one = made()
    assert one.recommendation_id == one.event_id == recommendation_id(asked, "told@1")
    assert one.user_id == "ada"
    assert one.trigger == asked.trigger
    assert one.model_version == "told@1"
    assert one.event_time == one.generated_at_ms == T0 + 5
    assert len(one.items) == 10
    assert one.intent is None


def test_an_item_says_what_brought_it_and_why() -> None:
    first, second, third, _ = made(count=4).items
    assert first.sources == [
        *("together", "similar", "trending", "popular_day", "popular_week", "popular_ever", "fresh")
    ]
    assert first.reasons[0] == Reason(kind="because_of", item_id="item-1", weight=1.0)
    assert "together" not in second.sources
    assert third.reasons[0].kind == "tag"
    assert third.reasons[0].tag == "war"


def test_what_is_searched_for_is_said_cut() -> None:
    one = made(query="war " * 100, count=40)
    assert one.intent is not None
    assert one.intent.tags == ["war"]
    for item in one.items:
        about = SUBJECTS[int(item.item_id.removeprefix("item-")) % 5]
        assert (item.reasons[0].kind == "query") == (about == "war")
    (asked,) = {item.reasons[0].query for item in one.items if item.reasons[0].kind == "query"}
    assert asked == ("war " * 100)[:200]


def test_what_chance_picked_says_so_with_the_chance_that_it_had() -> None:
    # The first numbers of a list choose what is tried, then each rank has two.
    chances = uniforms(made().recommendation_id, explore.COUNT + 2 * 10)[explore.COUNT :]
    explores = chances.reshape(-1, 2)[:, 0] < 0.5
    one = made(exploration=0.5)
    assert explores.any()
    for item, by_chance in zip(one.items, explores, strict=True):
        left = 38 - item.rank
        if item.reasons == [Reason(kind="explore")]:
            assert by_chance
            assert item.propensity == pytest.approx(0.5 / left, abs=1e-6)
        else:
            assert item.propensity == pytest.approx(0.5 + 0.5 / left, abs=1e-6)


def test_the_selector_looks_at_the_best_and_at_all_that_is_to_be_tried() -> None:
    scores = np.array([[1.0, 5.0, -np.inf, 3.0, 2.0]], np.float32)
    rows = np.array([[10, 11, 12, 13, 14]])
    assert _pool(scores, rows, np.array([[-1]]), 2).tolist() == [[1, 3]]
    # What must not be shown is not tried either; of equals the lower row comes first.
    assert _pool(scores, rows, np.array([[10, 12]]), 2).tolist() == [[1, 0]]
    assert _pool(scores, rows, np.array([[10, 14]]), 3).tolist() == [[1, 4, 0]]
    alike = np.array([[2.0, 2.0, 2.0]], np.float32)
    assert _pool(alike, np.array([[3, 1, 2]]), np.array([[-1]]), 9).tolist() == [[1, 2, 0]]
    nothing = np.zeros((2, 0), np.float32)
    assert _pool(nothing, nothing.astype(np.int64), np.zeros((2, 1), np.int64), 5).shape == (2, 0)
