"""Training begins for a reason, and never without anything new to learn."""

import pytest

from freshet.domain.rollout.retrain import Reason, Schedule, reason_to_train

SCHEDULE = Schedule(minimum_lists=100, new_lists=1_000, period_ms=5_000)
NOW = 100_000


@pytest.mark.parametrize(
    ("trained_ms", "new_lists", "drift", "expected"),
    [
        (NOW, 100, False, None),
        (NOW - 4_999, 999, False, None),
        (NOW - 5_000, 100, False, "time"),
        (NOW, 1_000, False, "lists"),
        (NOW, 100, True, "drift"),
        (NOW - 5_000, 1_000, True, "drift"),
        (None, 100, False, "time"),
    ],
)
def test_time_new_lists_and_drift_are_reasons(
    trained_ms: int | None, new_lists: int, drift: bool, expected: Reason | None
) -> None:
    assert reason_to_train(SCHEDULE, NOW, trained_ms, new_lists, drift=drift) == expected


def test_without_new_lists_there_is_no_reason_though_drift_goes_on() -> None:
    assert reason_to_train(SCHEDULE, NOW, None, 99, drift=True) is None
