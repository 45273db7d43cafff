"""A state without an interaction is what it would be, had the interaction not happened."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from freshet.contracts.inputs import Query
from freshet.contracts.recommendations import Evidence
from freshet.domain.interactions import interactions
from freshet.domain.interest.counterfactual import remembered, without_interaction, without_tag
from freshet.domain.interest.tags import TAG_HALF_LIFE_MS, current_tags
from harness.happened import KNOWLEDGE, Event, click, events, feedback, folded, query
from harness.ranking import T0


def act_of(event: Event) -> Evidence:
    if isinstance(event, Query):
        return Evidence(kind="query", query=event.text, time_ms=event.time_ms)
    ((item_id, kind),) = interactions(event)
    return Evidence(kind=kind, item_id=item_id, time_ms=event.time_ms)


def test_what_is_remembered_is_listed_the_newest_of_each_kind_first() -> None:
    happened: list[Event] = [click(1, 1), query("sea", 2), feedback(2, "like", 3), query("war", 4)]
    found = remembered(folded(*happened))
    assert found == [act_of(happened[place]) for place in (2, 0, 3, 1)]


@given(
    st.lists(events(), min_size=2, max_size=7, unique_by=lambda event: event.time_ms),
    st.integers(0, 6),
)
@example([click(0, 2_491_200_001), query("food", 0), feedback(59, "hide", 1)], 0)
@settings(max_examples=200, deadline=None)
def test_without_an_act_a_state_is_that_of_all_the_others(
    happened: list[Event], which: int
) -> None:
    gone = happened[which % len(happened)]
    rest = folded(*(one for one in happened if one is not gone))
    state = without_interaction(folded(*happened), act_of(gone), KNOWLEDGE)
    assert (state.recent, state.queries) == (rest.recent, rest.queries)
    wanted, found = current_tags(rest), current_tags(state)
    # Weights are whole thousandths of a click at the epoch, dated by the hour. Where the
    # interaction that set the epoch is the one that is gone, all others are older, and a thousandth
    # is more to them: each interaction that was added is rounded by as much.
    newest_ms = max(one.time_ms for one in happened if one is not gone)
    doublings = max(0, state.tags_epoch_ms - newest_ms) / TAG_HALF_LIFE_MS
    close = 0.02 + len(happened) * 2.0**doublings / 1000
    for tag in wanted.keys() | found.keys():
        assert found.get(tag, 0) == pytest.approx(wanted.get(tag, 0), rel=0.02, abs=close)


def test_what_is_not_remembered_cannot_be_left_out() -> None:
    state = folded(click(1, 1), query("sea", 2))
    for interaction in (
        Evidence(kind="click", item_id="item-1", time_ms=T0 + 2),
        Evidence(kind="like", item_id="item-1", time_ms=T0 + 1),
        Evidence(kind="query", query="war", time_ms=T0 + 2),
    ):
        assert without_interaction(state, interaction, KNOWLEDGE) == state


def test_without_a_tag_nothing_was_said_for_it() -> None:
    state = folded(click(0, 1), click(1, 2))
    assert without_tag(state, "sea").tags.keys() == state.tags.keys() - {"sea"}
    assert without_tag(state, "unheard of") == state
