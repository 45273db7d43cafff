"""How fast a file is replayed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.replay.pace import Pace


def test_ten_times_as_fast_waits_a_tenth_of_the_time() -> None:
    pace = Pace(10, start_s=100.0)
    assert pace.wait_s(5_000, now_s=100.0) == 0
    assert pace.wait_s(25_000, now_s=100.5) == pytest.approx(1.5)


@given(st.integers(0, 10**12), st.floats(0, 1e6))
def test_an_event_that_is_late_goes_at_once(time_ms: int, now_s: float) -> None:
    pace = Pace(1, start_s=0.0)
    pace.wait_s(time_ms, now_s)
    assert pace.wait_s(time_ms, now_s) == 0
