"""Mined interests: what interactions agree on, with evidence that is there."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.contracts.derived import Interests
from freshet.contracts.inputs import Click
from freshet.contracts.recommendations import Evidence, InterestUsed
from freshet.domain.interest.mining import DISLIKED, EVIDENCE, LIKED, mine_interests
from freshet.domain.interest.recent_interactions import recent_interactions_of
from freshet.domain.interest.strength import STRENGTH
from freshet.domain.interest.tags import current_tags
from harness.happened import (
    HOUR_MS,
    INVENTORY,
    KNOWLEDGE,
    Event,
    click,
    events,
    feedback,
    folded,
    query,
)
from harness.ranking import T0


def mined_all(states: Sequence[Interests | None]) -> list[list[InterestUsed]]:
    tags = [current_tags(state) if state else {} for state in states]
    interactions = recent_interactions_of(states, INVENTORY.rows)
    # No row to spare: where an item is not known, nothing else must be looked up.
    carried = INVENTORY.tags[: len(INVENTORY)]
    return mine_interests(states, interactions, tags, carried, INVENTORY.vocabulary)


def mined(*events: Event) -> list[InterestUsed]:
    (found,) = mined_all([folded(*events)])
    return found


def names(found: Sequence[InterestUsed]) -> list[str]:
    return [one.tag for one in found]


def test_what_acts_agree_on_comes_first_with_its_newest_acts_as_evidence() -> None:
    found = mined(click(0, 1), click(5, 2), click(1, 3), click(10, 4), click(15, 5))
    assert found[0].tag == "sea"
    assert found[0].evidence == [
        Evidence(kind="click", item_id=f"item-{n}", time_ms=T0 + at)
        for n, at in ((15, 5), (10, 4), (5, 2))
    ]
    assert found[0].weight > 3 * next(one.weight for one in found if one.tag == "war")


def test_a_stronger_act_is_stronger_evidence() -> None:
    found = mined(feedback(5, "purchase", 1), click(0, 2), click(10, 3), click(15, 4))
    assert found[0].evidence[0] == Evidence(kind="purchase", item_id="item-5", time_ms=T0 + 1)


def test_a_second_subject_is_named_before_the_many_tags_of_the_first() -> None:
    found = mined(*(click(n, at) for at, n in enumerate((0, 10, 0, 10, 0, 10, 1, 6))))
    assert names(found)[:2] == ["sea", "war"]


def test_what_acts_agree_on_need_not_be_the_first_tag_of_an_item() -> None:
    found = mined(*(click(n, at) for at, n in enumerate((50, 55, 60, 65))))
    assert found[0].tag == "sea"
    assert found[0].weight > 2 * found[1].weight


def test_a_search_is_an_interest_at_once_and_its_own_evidence() -> None:
    found = mined(*(click(5 * n, n) for n in range(3)), query("something on love", 9))
    love = next(one for one in found if one.tag == "love")
    assert love.evidence == [Evidence(kind="query", query="something on love", time_ms=T0 + 9)]
    assert love.weight > 1
    assert names(mined(query("space"))) == ["space"]


def test_a_new_taste_rises_and_the_one_before_fades() -> None:
    before = [click(5 * (n % 12), n * HOUR_MS) for n in range(20)]
    assert {one.trend for one in mined(*before)[:1]} == {"steady"}
    after = [click(5 * (n % 12) + 1, (20 + n) * HOUR_MS) for n in range(7)]
    trends = {one.tag: one.trend for one in mined(*before, *after)}
    assert (trends["war"], trends["sea"]) == ("rising", "fading")


def test_one_act_alone_is_no_rise() -> None:
    found = mined(*(click(5 * (n % 12), n) for n in range(20)), click(1, 99))
    assert next(one for one in found if one.tag == "war").trend == "steady"


def test_what_is_disliked_is_named_last_with_its_evidence_and_is_not_liked() -> None:
    events: list[Event] = [
        click(0, 1),
        click(5, 2),
        feedback(1, "hide", 3),
        feedback(6, "dislike", 4),
    ]
    found = mined(*events, click(11, 5))
    assert names(found)[-2:] == ["war", "only 1"]
    war = found[-2]
    assert war.weight < 0
    assert war.evidence == [
        Evidence(kind="hide", item_id="item-1", time_ms=T0 + 3),
        Evidence(kind="dislike", item_id="item-6", time_ms=T0 + 4),
    ]
    assert "war" not in names(found)[:-2]


def test_a_dislike_is_remembered_when_its_act_is_not() -> None:
    hidden = [feedback(n, "hide", n) for n in (1, 6, 11)]
    found = mined(*hidden, *(click(5 * (n % 12), 100 + n) for n in range(70)))
    war = next(one for one in found if one.tag == "war")
    assert (war.weight < 0, war.evidence) == (True, [])


def test_of_nobody_and_of_unknown_items_nothing_is_mined() -> None:
    unknown = Click(event_id="c", event_time=T0, user_id="ada", item_id="nowhere")
    assert mined_all([None, folded(unknown), folded(query("nothing of the kind"))]) == [[], [], []]


@given(st.lists(events(), min_size=1, max_size=90))
@settings(max_examples=150, deadline=None)
def test_evidence_is_remembered_carries_the_tag_and_speaks_for_it(happened: list[Event]) -> None:
    state = folded(*happened)
    (found,) = mined_all([state])
    liked = [one for one in found if one.weight > 0]
    assert found[: len(liked)] == liked
    assert len(liked) <= LIKED
    assert len(found) - len(liked) <= DISLIKED
    assert [one.weight for one in liked] == sorted((one.weight for one in liked), reverse=True)
    assert len(set(names(found))) == len(found)
    spelled_by = INVENTORY.vocabulary.spelled_by
    recent = list(zip(state.recent.items, state.recent.kinds, state.recent.times_ms, strict=True))
    for interest in found:
        assert len(interest.evidence) <= EVIDENCE
        for interaction in interest.evidence:
            if interaction.kind == "query":
                assert interaction.query is not None
                assert INVENTORY.vocabulary.codes[interest.tag] in spelled_by(interaction.query)
                continue
            assert (interaction.item_id, interaction.kind, interaction.time_ms) in recent
            assert interest.tag in KNOWLEDGE.tags_of(interaction.item_id or "")
            assert STRENGTH[interaction.kind] * interest.weight > 0


@given(st.lists(st.lists(events(), max_size=40), min_size=2, max_size=6))
@settings(max_examples=50, deadline=None)
def test_company_changes_nothing(people: list[list[Event]]) -> None:
    states = [folded(*happened) if happened else None for happened in people]
    together = mined_all(states)
    for state, in_company in zip(states, together, strict=True):
        (alone,) = mined_all([state])
        assert [(one.tag, one.trend, one.evidence) for one in alone] == [
            (one.tag, one.trend, one.evidence) for one in in_company
        ]
        assert [one.weight for one in alone] == pytest.approx([one.weight for one in in_company])
