"""The fold by hand: what each event leaves in each field of a state, and its bounds as numbers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from freshet.contracts.derived import Cause, Counters, Interests, RecentQuery
from freshet.contracts.inputs import Cart, Click, Feedback, Impression, Query
from freshet.domain.interactions import UserEvent
from freshet.domain.interest.fold import Arrived, _holds, fold
from harness.happened import KNOWLEDGE
from harness.ranking import T0


def event(n: int, of: Any, **fields: Any) -> UserEvent:
    made: UserEvent = of(event_id=f"e{n}", event_time=T0 + n, user_id="ada", **fields)
    return made


def click(n: int, item: int = 0) -> UserEvent:
    return event(n, Click, item_id=f"item-{item}")


def folded(*events: UserEvent, state: Interests | None = None, first: int = 0) -> Interests:
    arrived = [Arrived("any", first + n, T0 + 10 * n, one) for n, one in enumerate(events)]
    found = fold(state, arrived, KNOWLEDGE)
    assert found is not None
    return found


def test_every_event_counts_as_what_it_is_and_leaves_what_it_says() -> None:
    state = folded(
        click(0, 5),
        click(1, 6),
        event(2, Feedback, item_id="item-7", kind="hide"),
        event(3, Feedback, item_id="item-7", kind="like"),
        event(4, Feedback, item_id="item-8", kind="purchase"),
        *(event(5 + n, Cart, item_id="item-9", change="add") for n in range(4)),
        *(event(9 + n, Query, text=f"q{n}") for n in range(5)),
        *(event(14 + n, Impression, item_ids=["item-1", "item-2"]) for n in range(6)),
    )
    assert state.counters == Counters(clicks=2, queries=5, feedback=3, carts=4, impressions=6)
    assert state.recent.items == [f"item-{n}" for n in (5, 6, 7, 7, 8, 9, 9, 9, 9)]
    assert state.recent.kinds == [
        *("click", "click", "hide", "like", "purchase"),
        *["cart_add"] * 4,
    ]
    assert state.recent.times_ms == [T0 + n for n in range(9)]
    assert state.queries == [RecentQuery(f"q{n}", T0 + 9 + n) for n in range(5)]
    assert state.passed == ["item-1", "item-2"]
    # The last interaction is the cause, as the broker took it; impressions are none.
    cause = Cause(event_id="e13", event_time_ms=T0 + 13, broker_time_ms=T0 + 130)
    assert (state.caused_at, state.event_id, state.event_time) == (cause, "e13", T0 + 13)
    assert state.applied == {"any": 19}
    assert state.acted
    # And it goes on from there.
    more = folded(
        click(30),
        event(31, Feedback, item_id="item-1", kind="like"),
        event(32, Cart, item_id="item-9", change="remove"),
        event(33, Query, text="q"),
        event(34, Impression, item_ids=["item-3"]),
        state=state,
        first=20,
    )
    assert more.counters == Counters(clicks=3, queries=6, feedback=4, carts=5, impressions=7)
    assert more.recent.items[-3:] == ["item-0", "item-1", "item-9"]
    assert more.passed == ["item-2", "item-3"]
    assert more.applied == {"any": 24}


def test_an_event_that_the_broker_took_earlier_is_no_newer_cause() -> None:
    late = Arrived("other", 0, T0 - 1, click(50))
    state = fold(folded(click(0)), [late], KNOWLEDGE)
    assert state is not None
    assert state.caused_at.event_id == "e0"
    same = fold(folded(click(0)), [Arrived("other", 0, T0, click(50))], KNOWLEDGE)
    assert same is not None
    assert same.caused_at.event_id == "e50"


@pytest.mark.parametrize(
    "first",
    [
        click(1),
        event(1, Query, text="q"),
        event(1, Feedback, item_id="item-1", kind="like"),
        event(1, Cart, item_id="item-1", change="add"),
    ],
)
def test_the_first_act_is_a_cause_whenever_it_came_but_no_second_one(first: UserEvent) -> None:
    shown = folded(event(0, Impression, item_ids=["item-3"]))
    acted = fold(shown, [Arrived("clicks", 0, T0 - 5, first)], KNOWLEDGE)
    assert acted is not None
    assert acted.caused_at == Cause(event_id="e1", event_time_ms=T0 + 1, broker_time_ms=T0 - 5)
    again = fold(acted, [Arrived("clicks", 1, T0 - 6, click(2))], KNOWLEDGE)
    assert again is not None
    assert again.caused_at.event_id == "e1"


def test_eight_searches_of_two_hundred_characters_are_remembered_by_their_time() -> None:
    state = folded(
        event(0, Query, text="a" * 300), *(event(n, Query, text=f"q{n}") for n in (3, 2, 1))
    )
    assert [one.text for one in state.queries] == ["a" * 200, "q1", "q2", "q3"]
    state = folded(*(event(n, Query, text=f"q{n}") for n in range(10)))
    assert [one.text for one in state.queries] == [f"q{n}" for n in range(2, 10)]


def test_fifty_acts_are_remembered_and_up_to_fourteen_more() -> None:
    state = folded(*(click(n, n) for n in range(64)))
    assert len(state.recent.items) == 64
    assert not state.slow_vector
    after = folded(click(64, 64), state=state, first=64)
    assert after.recent.items == [f"item-{n}" for n in range(15, 65)]
    assert after.recent.times_ms == [T0 + n for n in range(15, 65)]
    assert len(after.recent.kinds) == 50
    assert after.slow_vector
    assert after.slow_time_ms == T0 + 14


def test_of_acts_at_the_same_time_that_comes_last_which_came_last() -> None:
    state = folded(click(5, 1), click(9, 2), event(5, Cart, item_id="item-3", change="add"))
    assert state.recent.items == ["item-1", "item-2"], "the same event id is the same event"
    late = Cart(event_id="x", event_time=T0 + 5, user_id="ada", item_id="item-3", change="add")
    assert folded(click(5, 1), click(9, 2), late).recent.items == ["item-1", "item-3", "item-2"]


def test_sixteen_event_ids_are_remembered_against_doubling() -> None:
    events = [click(n, n) for n in range(16)]
    assert folded(*events, events[0]).counters.clicks == 16
    assert folded(*events, click(16), events[0]).counters.clicks == 18
    assert len(folded(*events, click(16)).seen) == 16 * 8


def test_a_digest_counts_at_a_whole_place_alone() -> None:
    seen = b"aaaaaaaabbbbbbbb"
    assert _holds(seen, b"aaaaaaaa")
    assert _holds(seen, b"bbbbbbbb")
    assert not _holds(seen, b"aaaabbbb")
    assert not _holds(seen, b"cccccccc")
    assert _holds(b"aaaabbbbccccccccaaaabbbb", b"aaaabbbb")
    # Across two neighbours first, then at a whole place.
    assert _holds(b"xxxxaaaabbbbyyyyaaaabbbb", b"aaaabbbb")


def test_what_was_acted_on_is_passed_over_no_more_and_sixty_four_are_remembered() -> None:
    many = [f"item-{n}" for n in range(100, 170)]
    state = folded(click(0, 3), event(1, Impression, item_ids=["item-3", *many, "item-101"]))
    assert state.passed == many[-64:]
    after = folded(click(2, 120), state=state, first=2)
    assert after.passed == [one for one in many[-64:] if one != "item-120"]


def test_a_time_may_be_a_date() -> None:
    when = datetime(2023, 11, 14, 22, 13, 21, tzinfo=UTC)
    dated = Click(event_id="t", event_time=when, user_id="ada", item_id="item-1")
    assert folded(dated).recent.times_ms == [T0 + 1_000]
