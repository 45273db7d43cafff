"""Lists: what is in them, what never is, and that company changes nothing."""

import pytest

from freshet.contracts.derived import Interests
from freshet.contracts.recommendations import Recommendations
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from harness.ranking import (
    SPACE,
    SUBJECTS,
    T0,
    PlainScorer,
    embedding,
    item,
    put,
    ranking_request,
    state,
    stocked,
    trends,
)

PLAIN = PlainScorer()


def ranking(
    inventory: Inventory | None = None,
    popularity: Popularity | None = None,
    exploration: float = 0.0,
) -> Ranking:
    inventory = stocked() if inventory is None else inventory
    return Ranking(inventory, popularity or trends(inventory, {7: 30, 11: 5}), exploration)


def only(made: list[Recommendations]) -> Recommendations:
    (one,) = made
    return one


def ids(made: Recommendations) -> list[str]:
    return [one.item_id for one in made.items]


def subject(item_id: str) -> str:
    return SUBJECTS[int(item_id.removeprefix("item-")) % len(SUBJECTS)]


def test_who_clicks_on_the_sea_is_shown_the_sea() -> None:
    made = only(ranking().rank([ranking_request(state("ada", [0, 5, 10, 15]))], PLAIN, T0))
    assert made.strategy == "personalised"
    assert [subject(one) for one in ids(made)].count("sea") >= 7
    assert {reason.kind for one in made.items for reason in one.reasons} & {"tag", "because_of"}
    assert made.interests[0].tag == "sea"


def test_what_was_acted_on_or_is_excluded_is_not_shown() -> None:
    known = state("ada", [0, 5, 10])
    first = only(ranking().rank([ranking_request(known)], PLAIN, T0))
    banned = ids(first)[:3]
    made = only(ranking().rank([ranking_request(known, exclude=banned)], PLAIN, T0))
    assert not {"item-0", "item-5", "item-10", *banned} & set(ids(made))
    assert len(made.items) == 10


def test_a_withdrawn_item_is_never_shown() -> None:
    inventory = stocked()
    known = state("ada", [0, 5])
    top = ids(only(ranking(inventory).rank([ranking_request(known)], PLAIN, T0)))[0]
    inventory.withdraw(top)
    assert top not in ids(only(ranking(inventory).rank([ranking_request(known)], PLAIN, T0)))
    put(inventory, item(int(top.removeprefix("item-"))))
    assert top in ids(only(ranking(inventory).rank([ranking_request(known)], PLAIN, T0)))


def test_a_category_is_kept_to() -> None:
    made = only(
        ranking().rank(
            [ranking_request(state("ada", [0, 5, 10]), category="war", count=5)], PLAIN, T0
        )
    )
    assert made.items
    assert {subject(one) for one in ids(made)} == {"war"}
    assert (
        only(ranking().rank([ranking_request(None, category="unheard of")], PLAIN, T0)).items == []
    )


def test_a_disliked_tag_keeps_its_items_down() -> None:
    made = only(
        ranking().rank([ranking_request(state("ada", [0, 6], disliked=("war",)))], PLAIN, T0)
    )
    assert [subject(one) for one in ids(made)].count("war") <= 1


def test_a_query_is_answered_first_and_named_as_the_reason() -> None:
    made = only(ranking().rank([ranking_request(None, query="Space, please")], PLAIN, T0))
    assert subject(made.items[0].item_id) == "space"
    assert made.items[0].reasons[0].kind == "query"


@pytest.mark.parametrize(
    ("known", "clicks", "strategy"),
    [
        (state("ada", [0, 5, 10]), {7: 1.0}, "personalised"),
        (state("ada", [0]), {7: 1.0}, "explore"),
        (None, {7: 1.0}, "trending"),
        (None, {}, "cold_start"),
    ],
)
def test_the_strategy_follows_from_what_is_known(
    known: Interests | None, clicks: dict[int, float], strategy: str
) -> None:
    inventory = stocked()
    made = only(
        ranking(inventory, trends(inventory, clicks)).rank([ranking_request(known)], PLAIN, T0)
    )
    assert made.strategy == strategy
    assert len(made.items) == 10


def test_a_stranger_is_shown_what_is_trending() -> None:
    made = only(ranking().rank([ranking_request(None)], PLAIN, T0))
    assert "item-7" in ids(made)
    reasons = {one.item_id: {reason.kind for reason in one.reasons} for one in made.items}
    assert "trending" in reasons["item-7"]


def test_company_changes_nothing() -> None:
    requests: list[RankingRequest] = [
        ranking_request(state(f"u{n}", [n, 2 * n, 3 * n])) for n in range(1, 30)
    ]
    requests += [ranking_request(None, query="love"), ranking_request(None, count=3)]
    together = ranking(exploration=0.3).rank(requests, PLAIN, T0)
    alone = [only(ranking(exploration=0.3).rank([one], PLAIN, T0)) for one in requests]
    assert [ids(one) for one in together] == [ids(one) for one in alone]


def test_a_list_made_again_is_the_same_list() -> None:
    asked = ranking_request(state("ada", [0, 5, 10]))
    first, again = (only(ranking(exploration=0.5).rank([asked], PLAIN, T0 + n)) for n in (0, 50))
    assert first.recommendation_id == again.recommendation_id == first.event_id
    assert ids(first) == ids(again)


def test_an_empty_shop_gives_an_empty_list() -> None:
    inventory = Inventory("s")
    made = only(ranking(inventory, trends(inventory, {})).rank([ranking_request(None)], PLAIN, T0))
    assert (made.items, made.strategy) == ([], "cold_start")


@pytest.mark.parametrize("seen", ["exclude", "allow", "again"])
def test_an_empty_shop_has_nothing_for_who_did_something_either(seen: str) -> None:
    inventory = Inventory("s")
    known = ranking_request(state("ada", [0, 1]), seen=seen)
    assert only(ranking(inventory, trends(inventory, {})).rank([known], PLAIN, T0)).items == []


def test_hostile_embeddings_are_refused_and_counted() -> None:
    inventory = stocked(3)
    rubbish = [b"x", b"\xff" * 256, b"\x00\x7c" * 128]
    for n, one in enumerate(rubbish):
        put(inventory, item(n, embedding=one))
    assert inventory.refused == 3
    assert not inventory.available[:3].any()
    assert (
        only(
            ranking(inventory, trends(inventory, {})).rank([ranking_request(None)], PLAIN, T0)
        ).items
        == []
    )


def test_an_item_that_the_space_has_no_vector_of_is_recommended_for_its_tags() -> None:
    inventory = stocked(20)
    put(inventory, item(5, embedding_version="another"))
    made = only(
        ranking(inventory, trends(inventory, {})).rank(
            [ranking_request(state("u", [0]))], PLAIN, T0
        )
    )
    assert not inventory.embeddings[inventory.rows["item-5"]].any()
    assert "item-5" in {one.item_id for one in made.items}


def test_an_item_in_two_spaces_is_read_in_each() -> None:
    both = item(0, embeddings={"next": embedding(1, 7).astype("<f2").tobytes()})
    for space, subject in ((SPACE, 0), ("next", 1)):
        inventory = Inventory(space)
        put(inventory, both)
        assert inventory.embeddings[0].argmax() == subject
