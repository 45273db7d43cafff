"""The fold of counts: harmless to read again, and no matter in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.derived import Trend
from freshet.contracts.inputs import Click, Feedback, Impression
from freshet.domain.trends.decay import CLICK_HALF_LIFE_MS, RISING_HALF_LIFE_MS
from freshet.domain.trends.fold import Sighting, fold, sightings

T0 = 1_700_000_000_000


def seen(offset: int, time_ms: int, clicks: float = 1.0, impressions: float = 0.0) -> Sighting:
    return Sighting("clicks", offset, f"e{offset}", time_ms, clicks, impressions)


def folded(log: list[Sighting]) -> Trend:
    state = fold(None, "i", 3, log)
    assert state is not None
    return state


logs = st.lists(
    st.tuples(st.integers(T0, T0 + CLICK_HALF_LIFE_MS), st.floats(0, 3), st.floats(0, 1)),
    min_size=1,
    max_size=40,
).map(lambda rows: [seen(n, *row) for n, row in enumerate(rows)])


@given(logs, st.integers(0, 40))
def test_any_batches_of_a_log_give_the_same_counts(log: list[Sighting], cut: int) -> None:
    assert fold(fold(None, "i", 3, log[:cut]), "i", 3, log[cut:]) == folded(log)


@given(logs, st.integers(0, 40))
def test_reading_again_changes_nothing(log: list[Sighting], start: int) -> None:
    state = folded(log)
    assert fold(state, "i", 3, log[start:]) is state


@given(logs, st.randoms())
def test_the_order_in_time_does_not_matter(log: list[Sighting], random: object) -> None:
    shuffled = [one._replace(offset=n) for n, one in enumerate(reversed(log))]
    one, other = folded(log), folded(shuffled)
    assert one.as_of_ms == other.as_of_ms
    assert one.clicks == pytest.approx(other.clicks)
    assert one.recent_clicks == pytest.approx(other.recent_clicks)
    assert one.impressions == pytest.approx(other.impressions)


def test_counts_halve_with_their_half_lives() -> None:
    state = folded([seen(0, T0, 4.0), seen(1, T0 + RISING_HALF_LIFE_MS, 0.0)])
    assert state.recent_clicks == pytest.approx(2.0)
    state = folded([seen(0, T0, 4.0), seen(1, T0 + CLICK_HALF_LIFE_MS, 0.0)])
    assert state.clicks == pytest.approx(2.0)


def test_an_item_twice_in_a_list_was_shown_once() -> None:
    shown = Impression(event_id="i", event_time=T0, user_id="u", item_ids=["a", "b", "a"])
    assert {item: one.impressions for item, one in sightings("impressions", 0, shown).items()} == {
        "a": 1.0,
        "b": 1.0,
    }


def test_what_is_disliked_is_not_popular() -> None:
    hide = Feedback(event_id="f", event_time=T0, user_id="u", item_id="a", kind="hide")
    bought = Feedback(event_id="f", event_time=T0, user_id="u", item_id="a", kind="purchase")
    click = Click(event_id="c", event_time=T0, user_id="u", item_id="a")
    gains = [sightings("feedback", 0, one)["a"].clicks for one in (hide, click, bought)]
    assert gains == [0.0, 1.0, 3.0]
