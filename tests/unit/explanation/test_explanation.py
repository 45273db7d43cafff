"""An explanation: where an item stands and why, and what raised its score."""

from typing import Any

import numpy as np
import pytest

from freshet.domain.explanation.explanation import AboutItem, Explanation, explain
from freshet.domain.explanation.occlusion import Served
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.user_context import UserContext
from freshet.models.graph_inputs import RECENT
from harness.happened import KNOWLEDGE, Event, click, feedback, folded, query
from harness.ranking import T0, PlainScorer, item, put, ranking_request, stocked, trends


class Looking(PlainScorer):
    """Looks at the acts, at the newest most."""

    def attention(self, known: UserContext, rows: Rows) -> Floats | None:
        del known
        return np.broadcast_to(np.arange(RECENT, dtype=np.float32) / 100, (*rows.shape, RECENT))


def served(exploration: float = 0.0) -> Served:
    inventory = stocked(60)
    put(inventory, item(70, category="unheard of"))
    ranking = Ranking(inventory, trends(inventory, {7: 30, 11: 5}), exploration)
    return Served(
        ranking=ranking,
        scorer=Looking(),
        inventory=inventory,
        knowledge=KNOWLEDGE,
        now_ms=T0,
    )


SEA = [click(n, at) for at, n in enumerate((0, 5, 10, 1))]


def explained(
    *happened: Event, item_id: str | None = None, here: Served | None = None, **asked: Any
) -> Explanation:
    state = folded(*happened) if happened else None
    return explain(ranking_request(state, **asked), item_id, here or served())


def about(explanation: Explanation) -> AboutItem:
    assert explanation.item is not None
    return explanation.item


def test_the_list_explained_is_the_list_that_is_made() -> None:
    here = served(exploration=0.3)
    asked = ranking_request(folded(*SEA))
    (made,) = here.ranking.rank([asked], here.scorer, T0)
    assert explain(asked, None, here).made == made


def test_acts_that_raise_a_score_are_named_the_strongest_first() -> None:
    place = explained(*SEA).places[0]
    raised = [part.raises for part in place.raised_by]
    assert raised == sorted(raised, reverse=True)
    assert raised[-1] > 0
    sea = {part.act.item_id for part in place.raised_by if part.act}
    assert sea <= {"item-0", "item-5", "item-10"}
    assert sea


def test_a_list_of_a_stranger_was_raised_by_nothing() -> None:
    explanation = explained()
    assert explanation.places
    assert all(place.raised_by == [] for place in explanation.places)


def test_a_search_in_the_request_is_named() -> None:
    explanation = explained(query="love", item_id="item-2")
    (part,) = about(explanation).raised_by
    assert (part.asked, part.raises > 0.5) == ("love", True)


@pytest.mark.parametrize(
    ("item_id", "asked", "standing"),
    [
        ("item-15", {}, "listed"),
        ("item-0", {}, "acted_on"),
        ("item-20", {"exclude": ["item-20"]}, "excluded"),
        ("item-21", {"category": "sea"}, "other_category"),
        ("item-43", {"count": 3}, "outscored"),
    ],
)
def test_an_item_stands_where_it_stands(item_id: str, asked: dict[str, Any], standing: str) -> None:
    found = about(explained(*SEA, item_id=item_id, **asked))
    assert found.standing == standing


def test_a_withdrawn_item_is_said_to_be_withdrawn() -> None:
    here = served()
    here.inventory.withdraw("item-15")
    assert about(explained(*SEA, item_id="item-15", here=here)).standing == "unavailable"


def test_an_item_that_no_source_proposes_is_told_how_it_would_do() -> None:
    here = served()
    for n in range(100, 400):
        put(here.inventory, item(n, published_ms=T0 - n))
    found = about(explained(*SEA, item_id="item-53", here=here))
    assert found.standing == "not_a_candidate"
    assert 0 < found.better <= found.of
    assert found.features.keys() == set(here.scorer.features)


def test_an_item_too_like_what_stands_above_is_outdone() -> None:
    here = served()
    first = explained(*SEA, here=here).places[0].item_id
    put(here.inventory, item(int(first.removeprefix("item-")), item_id="twin"))
    listed = {place.item_id for place in explained(*SEA, here=here, count=3).places}
    (other,) = {first, "twin"} - listed
    found = about(explained(*SEA, item_id=other, here=here, count=3))
    assert (found.standing, found.better < 3) == ("outdone", True)


def test_an_exploring_pick_is_told_as_chance() -> None:
    here = served(exploration=1.0)
    explanation = explained(*SEA, here=here)
    explored = [one for one in explanation.made.items if one.reasons[0].kind == "explore"]
    found = about(explained(*SEA, item_id=explored[0].item_id, here=here))
    assert found.standing == "explored"


def test_what_lowers_a_score_is_told_apart() -> None:
    disliked: list[Event] = [*SEA, feedback(6, "hide", 9)]
    found = about(explained(*disliked, item_id="item-11"))
    lowered = {part.act.item_id for part in found.lowered_by if part.act}
    assert "item-6" in lowered
    assert all(part.raises < 0 for part in found.lowered_by)
    assert all(part.raises > 0 for part in found.raised_by)


def test_attention_is_told_of_the_acts_it_looks_at() -> None:
    acts = [part for part in about(explained(*SEA, item_id="item-15")).raised_by if part.act]
    gates = {part.act.item_id: part.attention for part in acts if part.act}
    # The newest act is the last that the model looks at.
    assert gates["item-10"] == 0.30
    assert gates["item-5"] == 0.29


def test_a_search_in_the_state_is_named_with_its_words() -> None:
    found = about(explained(*SEA, query("war", 9), item_id="item-36"))
    assert "war" in {part.act.query for part in found.raised_by if part.act}


def test_nothing_to_list_is_explained_too() -> None:
    explanation = explained(*SEA, category="no such category")
    assert (explanation.places, explanation.item) == ([], None)


def test_state_is_not_changed_by_explaining_it() -> None:
    state = folded(*SEA)
    copy = folded(*SEA)
    explain(ranking_request(state), "item-15", served())
    assert state == copy
