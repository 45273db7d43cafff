"""Every memory of the trends by hand: an hour, a day, a week, ever, and sixty days of neighbours.

The half-lives are written out: a test that took them from the code would hold whatever they were.
"""

import pytest

from freshet.contracts.derived import ItemInteraction, Trend
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.trends.decay import decayed
from freshet.domain.trends.fold import ReceivedInteraction, fold
from harness.ranking import T0, stocked

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

#: Half-lives of the counts.
HALF_LIVES_MS = {
    "clicks_hour": HOUR_MS,
    "clicks_day": DAY_MS,
    "clicks_week": 7 * DAY_MS,
    "impressions_week": 7 * DAY_MS,
}


def said(offset: int, time_ms: int, **what: float | str) -> ReceivedInteraction:
    return ReceivedInteraction(0, ItemInteraction("i", "clicks", offset, time_ms, **what))  # type: ignore[arg-type]


def folded(*some: ReceivedInteraction) -> Trend:
    state = fold(None, "i", some)
    assert state is not None
    return state


@pytest.mark.parametrize("count", HALF_LIVES_MS)
@pytest.mark.parametrize("halves", [1, 2])
def test_a_count_halves_in_its_half_life(count: str, halves: int) -> None:
    later_ms = T0 + halves * HALF_LIVES_MS[count]
    first, second = said(0, T0, clicks=4.0, impressions=4.0), said(1, later_ms, clicks=0.0)
    assert getattr(folded(first, second), count) == pytest.approx(4 / 2**halves)
    # What comes late counts as what is left of it: 4 of then, beside 8 of now.
    new = said(0, later_ms, clicks=8.0, impressions=8.0)
    old = said(1, T0, clicks=4.0, impressions=4.0)
    assert getattr(folded(new, old), count) == pytest.approx(8 + 4 / 2**halves)


def test_what_was_ever_clicked_never_fades() -> None:
    assert folded(said(0, T0, clicks=4.0), said(1, T0 + 999 * DAY_MS)).clicks_ever == 4.0
    assert folded(said(0, T0 + 999 * DAY_MS, clicks=1.0), said(1, T0, clicks=4.0)).clicks_ever == 5


def test_neighbours_halve_in_sixty_days() -> None:
    later_ms = T0 + 60 * DAY_MS
    first, second = said(0, T0, next_id="a", weight=1.0), said(1, later_ms, next_id="b", weight=0.5)
    state = folded(first, second)
    assert dict(zip(state.neighbours.items, state.neighbours.weights, strict=True)) == (
        pytest.approx({"a": 0.5, "b": 0.5})
    )
    assert state.neighbours.total == pytest.approx(1.0)
    assert state.neighbours.as_of_ms == later_ms
    # What comes late counts as what is left of it.
    new, old = said(0, later_ms, next_id="b", weight=0.5), said(1, T0, next_id="a", weight=1.0)
    late = folded(new, old).neighbours
    assert dict(zip(late.items, late.weights, strict=True)) == pytest.approx({"b": 0.5, "a": 0.5})
    assert late.total == pytest.approx(1.0)


def test_a_decayed_value_halves() -> None:
    assert [decayed(8.0, n * HOUR_MS, HOUR_MS) for n in range(3)] == [8.0, 4.0, 2.0]


@pytest.mark.parametrize(
    ("memory", "half_life_ms"),
    [(0, HOUR_MS), (1, DAY_MS), (2, 7 * DAY_MS), (3, None)],
    ids=["hour", "day", "week", "ever"],
)
def test_the_shares_of_what_is_popular_are_as_of_the_newest_event(
    memory: int, half_life_ms: int | None
) -> None:
    popularity = Popularity(stocked(2))
    for n, age_ms in ((0, 0), (1, half_life_ms or 999 * DAY_MS)):
        popularity.put(
            Trend(
                event_id="t",
                event_time=T0,
                item_id=f"item-{n}",
                clicks_hour=6.0,
                clicks_day=6.0,
                clicks_week=6.0,
                clicks_ever=6.0,
                impressions_week=6.0,
                as_of_ms=T0 - age_ms,
            )
        )
    popularity.refresh(T0 + 9 * DAY_MS)
    # 6 and 3 clicks; without a half-life 6 and 6.
    second = 1 / 2 if half_life_ms is None else 1 / 3
    assert popularity.shares[memory].tolist() == pytest.approx([1 - second, second])
