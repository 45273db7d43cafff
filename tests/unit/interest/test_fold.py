"""The fold of interests: once each, in any batches, bounded."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from freshet.contracts.codec import encode
from freshet.contracts.derived import MAX_PASSED, MAX_SEARCHES, Interests
from freshet.contracts.inputs import Cart, Click, Feedback, Impression, Query
from freshet.domain.interactions import UserEvent
from freshet.domain.interest.fold import (
    MAX_RECENT,
    RECENT_SLACK,
    Arrived,
    fold,
)
from freshet.domain.interest.recent_interactions import recent_interactions_of
from freshet.domain.interest.slow import slow_of
from freshet.domain.interest.tags import MAX_TAGS, TAG_SLACK, current_tags
from freshet.domain.interest.vectors import interest_vectors

T0 = 1_700_000_000_000


class Library:
    """Twenty items, each with two tags; searching a tag's name finds it."""

    embedding_version = "here"

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        vectors = random.normal(size=(20, 128)).astype(np.float32)
        self.embeddings = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        self.rows = {f"item-{n}": n for n in range(20)}

    def tags_of(self, item_id: str) -> Sequence[str]:
        row = self.rows.get(item_id)
        return () if row is None else (f"tag-{row % 7}", f"tag-{row}")

    def tags_in(self, text: str) -> Sequence[str]:
        return (text,) if text.startswith("tag-") else ()

    def embeddings_of(self, item_ids: Sequence[str]) -> NDArray[np.float32]:
        known = np.vstack([self.embeddings, np.zeros((1, 128), np.float32)])
        return known[[self.rows.get(item_id, -1) for item_id in item_ids]]


LIBRARY = Library()


def vectors_of(states: Sequence[Interests | None]) -> NDArray[np.float32]:
    interactions = recent_interactions_of(states, LIBRARY.rows)
    return interest_vectors(states, interactions, LIBRARY.embeddings, LIBRARY.embedding_version)


def click(n: int, item: str = "item-1", event_id: str | None = None) -> Click:
    return Click(event_id=event_id or f"e{n}", event_time=T0 + n, user_id="ada", item_id=item)


def arrived(events: Sequence[UserEvent], source: str = "clicks") -> list[Arrived]:
    return [Arrived(source, n, T0 + n, event) for n, event in enumerate(events)]


def folded(events: Sequence[UserEvent]) -> Interests:
    state = fold(None, arrived(events), LIBRARY)
    assert state is not None
    return state


def shown(n: int, *items: str) -> Impression:
    return Impression(
        event_id=f"s{n}", event_time=T0 + n, user_id="ada", item_ids=list(items or ["item-1"])
    )


def but_acted(state: Interests | None) -> Interests | None:
    """A state without what it says of the last fold alone."""
    return state and msgspec.structs.replace(state, acted=True)


times = st.integers(min_value=T0, max_value=T0 + 30 * 24 * 3_600_000)
items = st.integers(min_value=0, max_value=24).map("item-{}".format)


@st.composite
def events(draw: st.DrawFn) -> UserEvent:
    base: dict[str, Any] = {
        "event_id": f"e{draw(st.integers(0, 400))}",
        "event_time": draw(times),
        "user_id": "ada",
    }
    kind = draw(
        st.sampled_from(
            ["click", "query", "like", "rating", "hide", "purchase", "add", "remove", "shown"]
        )
    )
    if kind == "shown":
        return Impression(**base, item_ids=draw(st.lists(items, min_size=1, max_size=30)))
    if kind == "click":
        return Click(**base, item_id=draw(items))
    if kind == "query":
        return Query(**base, text=draw(st.sampled_from(["tag-1", "tag-3", "nothing"])))
    if kind in ("add", "remove"):
        return Cart(**base, item_id=draw(items), change=cast(Any, kind))
    rating = draw(st.floats(0, 1)) if kind == "rating" else None
    return Feedback(**base, item_id=draw(items), kind=cast(Any, kind), rating=rating)


@given(st.lists(events(), max_size=150), st.lists(st.integers(1, 40), max_size=10))
def test_any_batches_of_a_log_give_the_same_state(log: list[UserEvent], sizes: list[int]) -> None:
    whole = fold(None, arrived(log), LIBRARY)
    state, rest = None, arrived(log)
    for size in [*sizes, len(log)]:
        state = fold(state, rest[:size], LIBRARY)
        rest = rest[size:]
    assert but_acted(state) == but_acted(whole)


@given(st.lists(events(), min_size=1, max_size=100), st.integers(0, 99))
def test_reading_a_log_again_from_anywhere_changes_nothing(
    log: list[UserEvent], start: int
) -> None:
    state = fold(None, arrived(log), LIBRARY)
    assert fold(state, arrived(log)[start:], LIBRARY) == state


@given(st.lists(events(), max_size=400))
def test_a_state_is_bounded_whatever_comes(log: list[UserEvent]) -> None:
    state = fold(None, arrived(log), LIBRARY)
    if state is not None:
        assert len(state.recent) <= MAX_RECENT + RECENT_SLACK
        assert len(state.tags) <= MAX_TAGS + TAG_SLACK
        assert len(state.queries) <= MAX_SEARCHES
        assert len(state.passed) <= MAX_PASSED
        assert len(set(state.passed)) == len(state.passed)
        assert not set(state.passed) & set(state.recent.items)
        assert len(encode(state)) < 8_192


def test_a_click_sent_twice_counts_once() -> None:
    once = folded([click(0)])
    twice = folded([click(0), click(0)])
    assert twice.counters.clicks == 1
    assert twice.recent == once.recent
    assert twice.tags == once.tags
    assert twice.applied == {"clicks": 1}


def test_offsets_of_one_topic_say_nothing_of_another() -> None:
    state = fold(None, arrived([click(0), click(1)]), LIBRARY)
    query = Query(event_id="q", event_time=T0, user_id="ada", text="tag-1")
    after = fold(state, arrived([query], "queries"), LIBRARY)
    assert after is not None
    assert (after.counters.clicks, after.counters.queries) == (2, 1)


def test_a_late_event_takes_its_place_in_time() -> None:
    state = folded([click(0, "item-1"), click(1000, "item-2"), click(500, "item-3")])
    assert state.recent.items == ["item-1", "item-3", "item-2"]


def test_the_tags_of_acts_in_another_order_are_the_same_but_for_rounding() -> None:
    day = 24 * 3_600_000
    log = [click(n * day, f"item-{n}") for n in range(9)]
    forward, backward = folded(log), folded(log[::-1])
    for tag, weight in current_tags(forward).items():
        assert current_tags(backward)[tag] == pytest.approx(weight, abs=2e-3)


def test_the_cause_is_the_event_that_the_broker_took_last() -> None:
    state = folded([click(5), click(0)])
    assert (state.caused_at.event_id, state.caused_at.broker_time_ms) == ("e0", T0 + 1)


def test_a_dislike_pushes_a_tag_below_nothing() -> None:
    dislike = Feedback(event_id="f", event_time=T0, user_id="ada", item_id="item-1", kind="dislike")
    assert current_tags(folded([dislike]))["tag-1"] < 0


def test_a_search_is_an_interest_at_once() -> None:
    query = Query(event_id="q", event_time=T0, user_id="ada", text="tag-3")
    assert current_tags(folded([query])) == {"tag-3": 1.5}


def test_what_leaves_the_memory_stays_in_the_slow_vector() -> None:
    log = [click(n, "item-1") for n in range(MAX_RECENT)] + [
        click(1000 + n, "item-2") for n in range(MAX_RECENT + RECENT_SLACK)
    ]
    state = folded(log)
    assert set(state.recent.items[-MAX_RECENT:]) == {"item-2"}
    (vectors,) = vectors_of([state])
    assert vectors[2] @ LIBRARY.embeddings[1] > 0.3


def test_a_slow_vector_of_another_space_says_nothing_and_gives_way_to_a_new_one() -> None:
    def library(space: str) -> Library:
        other = Library()
        other.embedding_version = space
        return other

    def slow(state: Interests, space: str) -> NDArray[np.float32]:
        return slow_of(state.slow_vector, space)

    before = folded([click(n, "item-1") for n in range(MAX_RECENT + RECENT_SLACK + 1)])
    assert slow(before, "here") @ LIBRARY.embeddings[1] > 0
    assert not slow(before, "there").any()
    more = [click(1_000 + n, "item-2") for n in range(RECENT_SLACK + 1)]
    arrived = [Arrived("clicks", 1_000 + n, T0 + n, one) for n, one in enumerate(more)]
    after = fold(before, arrived, library("there"))
    assert after is not None
    assert slow(after, "there") @ LIBRARY.embeddings[1] > 0
    assert not slow(after, "here").any()


def test_the_vectors_of_many_users_are_those_of_each() -> None:
    states = [
        folded([click(n * 60_000, f"item-{n * u % 20}") for n in range(u)]) for u in (1, 3, 60)
    ]
    together = vectors_of(states)
    for state, vectors in zip(states, together, strict=True):
        (alone,) = vectors_of([state])
        np.testing.assert_allclose(vectors, alone, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=2), 1.0, atol=1e-5)


def test_a_user_of_unknown_items_has_no_vector() -> None:
    vectors = vectors_of([folded([click(0, "nowhere")])])
    assert not vectors.any()


def test_what_is_shown_and_not_acted_on_is_passed_over_the_newest_last() -> None:
    state = folded([shown(0, "item-1", "item-2", "item-3", "item-2"), click(1, "item-2")])
    assert state.passed == ["item-1", "item-3"]
    again = fold(state, [Arrived("impressions", 0, T0, shown(2, "item-2", "item-1"))], LIBRARY)
    assert again is not None
    assert again.passed == ["item-3", "item-1"]


def test_only_the_newest_of_what_was_passed_over_is_remembered() -> None:
    state = folded([shown(0, *(f"item-{n}" for n in range(500)))])
    assert state.passed == [f"item-{n}" for n in range(500 - MAX_PASSED, 500)]


def test_an_impression_changes_nothing_but_what_was_passed_over() -> None:
    before = folded([click(5, "item-1"), click(6, "item-2")])
    after = fold(before, [Arrived("impressions", 0, T0 + 9, shown(9, "item-3"))], LIBRARY)
    assert after is not None
    assert not after.acted
    assert (after.passed, after.counters.impressions) == (["item-3"], 1)
    assert (
        msgspec.structs.replace(
            after,
            acted=True,
            passed=[],
            counters=before.counters,
            applied=before.applied,
            seen=before.seen,
        )
        == before
    )


def test_an_act_among_impressions_is_an_act() -> None:
    assert folded([shown(0), click(1), shown(2)]).acted
    assert not folded([shown(0), shown(1)]).acted


def test_an_impression_is_the_cause_only_until_the_user_acts() -> None:
    state = folded([shown(0), shown(1)])
    assert state.caused_at.event_id == "s0"
    # The broker took the click before it took the impression.
    acted = fold(state, [Arrived("clicks", 9, T0 - 1, click(7))], LIBRARY)
    assert acted is not None
    assert acted.caused_at.event_id == "e7"


def test_a_click_sent_twice_is_no_second_act() -> None:
    again = fold(folded([click(0)]), [Arrived("clicks", 5, T0, click(0))], LIBRARY)
    assert again is not None
    assert not again.acted
