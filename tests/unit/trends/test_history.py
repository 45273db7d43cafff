"""What a user's events say of items: who is counted when, and what followed what."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.derived import History, ItemInteraction
from freshet.contracts.inputs import Cart, Click, Feedback, Impression, Query
from freshet.domain.interactions import UserEvent
from freshet.domain.trends.decay import DAY_MS
from freshet.domain.trends.history import REMEMBERED, WINDOW, ReceivedEvent, follow

T0 = 1_700_000_000_000
ADA: Any = {"user_id": "ada"}


def click(item_id: str, time_ms: int = T0) -> Click:
    return Click(event_id=f"c-{item_id}-{time_ms}", event_time=time_ms, item_id=item_id, **ADA)


def log(*events: UserEvent, source: str = "clicks") -> list[ReceivedEvent]:
    return [ReceivedEvent(source, offset, event) for offset, event in enumerate(events)]


def said(*events: UserEvent) -> list[ItemInteraction]:
    return follow(None, log(*events))[1]


def counted(some: list[ItemInteraction]) -> list[str]:
    return [one.item_id for one in some if one.clicks]


def followed(some: list[ItemInteraction]) -> list[tuple[str, str, float]]:
    return [(one.item_id, one.next_id, one.weight) for one in some if one.next_id]


def test_each_of_the_last_items_is_followed_by_the_next_with_one_over_the_gap() -> None:
    some = said(click("a"), click("b"), click("c"))
    assert counted(some) == ["a", "b", "c"]
    assert followed(some) == [("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 0.5)]


def test_what_is_said_names_the_event_that_it_comes_from() -> None:
    _, some = follow(
        None, [ReceivedEvent("carts", 41, click("a")), ReceivedEvent("carts", 57, click("b"))]
    )
    assert [(one.source, one.offset, one.time_ms) for one in some] == [
        ("carts", 41, T0),
        ("carts", 57, T0),
        ("carts", 57, T0),
    ]


def test_an_interaction_follows_the_last_eight() -> None:
    items = [f"i{n}" for n in range(WINDOW + 2)]
    last = [one for one in followed(said(*map(click, items))) if one[1] == items[-1]]
    assert last == [(items[-1 - gap], items[-1], 1 / gap) for gap in range(1, 9)]


def test_an_item_counts_once_a_day_for_a_user() -> None:
    again, next_day = click("a", T0 + DAY_MS - 1), click("a", T0 + DAY_MS)
    assert counted(said(click("a"), again)) == ["a"]
    assert counted(said(click("a"), again, next_day)) == ["a", "a"]
    # A clock that goes back is no way around it.
    assert counted(said(click("a"), click("a", T0 - DAY_MS + 1))) == ["a"]


def test_what_is_clicked_again_follows_nothing_but_is_what_the_next_one_follows() -> None:
    some = said(click("a"), click("b"), click("a"), click("c"))
    assert followed(some) == [("a", "b", 1.0), ("a", "c", 1.0), ("b", "c", 0.5)]


def test_a_bot_makes_no_trend_and_no_neighbour() -> None:
    some = said(*(click("ab"[n % 2], T0 + n) for n in range(1_000)))
    assert counted(some) == ["a", "b"]
    assert followed(some) == [("a", "b", 1.0)]


def test_one_who_goes_round_more_items_than_are_remembered_is_counted_each_round() -> None:
    assert REMEMBERED == 32
    around = [click(f"i{n}") for n in range(REMEMBERED + 1)]
    assert len(counted(said(*around, *around))) == 2 * len(around)
    assert len(counted(said(*around[:-1], *around[:-1]))) == REMEMBERED


def test_the_history_is_the_items_by_their_newest_interaction() -> None:
    history, _ = follow(None, log(click("a"), click("b", T0 + 5), click("a", T0 + 9)))
    assert history is not None
    assert (history.items, history.counted_ms) == (["b", "a"], [T0 + 5, T0])
    assert history.applied == {"clicks": 2}


def test_an_item_twice_in_a_list_was_shown_once() -> None:
    shown = Impression(event_id="s", event_time=T0, item_ids=["a", "b", "a"], **ADA)
    assert [(one.item_id, one.impressions, one.clicks) for one in said(shown)] == [
        ("a", 1.0, 0.0),
        ("b", 1.0, 0.0),
    ]


def test_what_is_clicked_is_one_click_and_what_follows_is_none() -> None:
    assert [(one.item_id, one.impressions, one.clicks) for one in said(click("a"), click("b"))] == [
        ("a", 0.0, 1.0),
        ("b", 0.0, 1.0),
        ("a", 0.0, 0.0),
    ]


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        (Feedback(event_id="f", event_time=T0, item_id="a", kind="purchase", **ADA), True),
        (
            Feedback(event_id="f", event_time=T0, item_id="a", kind="rating", rating=0.5, **ADA),
            True,
        ),
        (Cart(event_id="f", event_time=T0, item_id="a", change="add", **ADA), True),
        (Feedback(event_id="f", event_time=T0, item_id="a", kind="hide", **ADA), False),
        (
            Feedback(event_id="f", event_time=T0, item_id="a", kind="rating", rating=0.1, **ADA),
            False,
        ),
        (Cart(event_id="f", event_time=T0, item_id="a", change="remove", **ADA), False),
        (Query(event_id="f", event_time=T0, text="a", **ADA), False),
    ],
)
def test_what_speaks_for_an_item_counts_whatever_it_is(event: UserEvent, counts: bool) -> None:
    assert counted(said(event)) == ["a"] * counts


acts = st.builds(click, st.sampled_from("abcdefghijkl"), st.integers(T0, T0 + 3 * DAY_MS))
lists = st.builds(
    lambda items: Impression(event_id="s", event_time=T0, item_ids=items, **ADA),
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=4),
)
logs = st.lists(st.tuples(st.sampled_from(["clicks", "carts"]), acts | lists), max_size=60).map(
    lambda some: [
        ReceivedEvent(source, offset, event) for offset, (source, event) in enumerate(some)
    ]
)


@given(logs, st.lists(st.integers(0, 60), max_size=4))
def test_any_batches_of_a_log_say_the_same(arrived: list[ReceivedEvent], cuts: list[int]) -> None:
    history: History | None = None
    some: list[ItemInteraction] = []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), None], strict=True):
        history, more = follow(history, arrived[start:end])
        some += more
    assert (history, some) == follow(None, arrived)


@given(logs, st.integers(0, 60))
def test_reading_again_says_nothing(arrived: list[ReceivedEvent], start: int) -> None:
    history, _ = follow(None, arrived)
    again, some = follow(history, arrived[start:])
    assert again is history
    assert some == []


@given(logs)
def test_an_event_says_one_thing_of_an_item_and_nothing_grows(arrived: list[ReceivedEvent]) -> None:
    history, some = follow(None, arrived)
    origins = [(one.source, one.offset, one.item_id) for one in some]
    assert len(set(origins)) == len(origins)
    assert all(one.item_id != one.next_id for one in some)
    if history is not None:
        assert len(set(history.items)) == len(history.items) == len(history.counted_ms)
        assert len(history.items) <= REMEMBERED
