"""The fold of an item's counts: harmless to read again, and no matter in which order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.derived import ItemInteraction, Trend
from freshet.domain.trends.decay import DAY_MS, HOUR_MS, NEIGHBOUR_HALF_LIFE_MS, WEEK_MS
from freshet.domain.trends.fold import NEIGHBOURS, ReceivedInteraction, fold

T0 = 1_700_000_000_000


def clicked(offset: int, time_ms: int = T0) -> ItemInteraction:
    return ItemInteraction("i", "clicks", offset, time_ms, clicks=1.0)


def shown(offset: int, time_ms: int = T0) -> ItemInteraction:
    return ItemInteraction("i", "impressions", offset, time_ms, impressions=1.0)


def then(offset: int, next_id: str, weight: float = 1.0, time_ms: int = T0) -> ItemInteraction:
    return ItemInteraction("i", "clicks", offset, time_ms, next_id=next_id, weight=weight)


def folded(*some: ItemInteraction) -> Trend:
    state = fold(None, "i", [ReceivedInteraction(0, one) for one in some])
    assert state is not None
    return state


def neighbours(state: Trend) -> dict[str, float]:
    return dict(zip(state.neighbours.items, state.neighbours.weights, strict=True))


def test_each_count_halves_with_its_half_life() -> None:
    clicks = [clicked(n) for n in range(4)]
    assert folded(*clicks, shown(0, T0 + HOUR_MS)).clicks_hour == pytest.approx(2.0)
    assert folded(*clicks, shown(0, T0 + DAY_MS)).clicks_day == pytest.approx(2.0)
    assert folded(*clicks, shown(0, T0 + WEEK_MS)).clicks_week == pytest.approx(2.0)
    assert folded(*clicks, shown(0, T0 + 100 * WEEK_MS)).clicks_ever == 4.0
    seen = folded(shown(0), shown(1), clicked(0, T0 + WEEK_MS))
    assert seen.impressions_week == pytest.approx(1.0)
    assert seen.clicks_week == 1.0
    assert seen.as_of_ms == T0 + WEEK_MS


def test_what_follows_is_counted_by_weight_and_fades() -> None:
    state = folded(
        then(0, "a", 1.0),
        then(1, "b", 0.25),
        then(2, "a", 0.5),
        then(3, "c", 1.0, T0 + NEIGHBOUR_HALF_LIFE_MS),
    )
    assert neighbours(state) == pytest.approx({"a": 0.75, "b": 0.125, "c": 1.0})
    assert state.neighbours.total == pytest.approx(1.875)
    assert state.clicks_ever == 0.0


def test_what_was_only_clicked_and_shown_has_the_table_of_before() -> None:
    before = folded(then(0, "a"))
    later = [
        ReceivedInteraction(0, clicked(1, T0 + WEEK_MS)),
        ReceivedInteraction(0, shown(1, T0 + DAY_MS)),
    ]
    after = fold(before, "i", later)
    assert after is not None
    assert after.as_of_ms == T0 + WEEK_MS
    assert after.neighbours == before.neighbours
    assert after.neighbours.as_of_ms == T0


def test_a_full_table_gives_up_its_weakest_and_the_newcomer_inherits_its_count() -> None:
    assert NEIGHBOURS == 64
    strong = [then(n, f"n{n}", 1.0) for n in range(NEIGHBOURS - 1)]
    weak, new = then(NEIGHBOURS, "weak", 0.5), then(NEIGHBOURS + 1, "new", 0.25)
    state = folded(*strong, weak, new)
    table = neighbours(state)
    assert len(table) == NEIGHBOURS
    assert "weak" not in table
    assert table["new"] == 0.5
    assert state.neighbours.total == NEIGHBOURS - 1 + 0.75
    # One that is stronger than what it takes the place of counts as itself.
    assert neighbours(folded(*strong, weak, then(NEIGHBOURS + 1, "new", 1.0)))["new"] == 1.0


def test_the_same_offset_of_other_users_is_another_event() -> None:
    state = fold(
        None,
        "i",
        [
            ReceivedInteraction(0, clicked(5)),
            ReceivedInteraction(1, clicked(5)),
            ReceivedInteraction(1, shown(5)),
        ],
    )
    assert state is not None
    assert (state.clicks_ever, state.impressions_week) == (2.0, 1.0)
    assert state.applied == {"clicks/0": 5, "clicks/1": 5, "impressions/1": 5}


def test_what_is_said_again_after_a_crash_changes_nothing() -> None:
    state = folded(clicked(3), clicked(5))
    assert (
        fold(state, "i", [ReceivedInteraction(0, clicked(3)), ReceivedInteraction(0, clicked(5))])
        is state
    )
    after = fold(
        state, "i", [ReceivedInteraction(0, clicked(5)), ReceivedInteraction(0, clicked(8))]
    )
    assert after is not None
    assert after.clicks_ever == 3.0


kinds = st.one_of(
    st.just({"clicks": 1.0}),
    st.just({"impressions": 1.0}),
    st.builds(
        lambda item, gap: {"next_id": item, "weight": 1 / gap},
        st.sampled_from("abcdef"),
        st.integers(1, 8),
    ),
)
logs = st.lists(
    st.tuples(st.integers(0, 2), st.integers(T0, T0 + WEEK_MS), kinds), min_size=1, max_size=40
).map(
    lambda rows: [
        ReceivedInteraction(partition, ItemInteraction("i", "clicks", n, time_ms, **kind))
        for n, (partition, time_ms, kind) in enumerate(rows)
    ]
)


@given(logs, st.integers(0, 40))
def test_any_batches_of_a_log_give_the_same_counts(
    log: list[ReceivedInteraction], cut: int
) -> None:
    assert fold(fold(None, "i", log[:cut]), "i", log[cut:]) == fold(None, "i", log)


@given(logs, st.integers(0, 40))
def test_reading_again_changes_nothing(log: list[ReceivedInteraction], start: int) -> None:
    state = fold(None, "i", log)
    assert fold(state, "i", log[start:]) is state


@given(logs, st.randoms(use_true_random=False))
def test_the_order_in_time_does_not_matter(
    log: list[ReceivedInteraction], chance: random.Random
) -> None:
    rows = [one.interaction for one in log]
    chance.shuffle(rows)
    # What is read first has the lower offset, whenever it happened.
    shuffled = [
        ItemInteraction(
            one.item_id, one.source, n, one.time_ms, one.clicks, one.impressions, one.next_id,
            one.weight,
        )
        for n, one in enumerate(rows)
    ]  # fmt: skip
    one, other = fold(None, "i", log), folded(*shuffled)
    assert one is not None
    assert one.as_of_ms == other.as_of_ms
    for count in ("clicks_hour", "clicks_day", "clicks_week", "clicks_ever", "impressions_week"):
        assert getattr(one, count) == pytest.approx(getattr(other, count))
    assert neighbours(one) == pytest.approx(neighbours(other))
    assert one.neighbours.total == pytest.approx(other.neighbours.total)
