"""A model that is too slow for its place is not served."""

import pytest

from freshet.contracts.models import GateVerdict
from freshet_trainer.gates import latency


def timed(*, slow_s: float, slow_runs: int) -> GateVerdict:
    """The gate's answer to runs of 2 ms, the last of them slow, by a clock that the runs move."""
    now = 0.0
    runs = 0

    def score() -> None:
        nonlocal now, runs
        runs += 1
        slow = runs > latency.WARM_UP + latency.RUNS - slow_runs
        # The first runs are slow too, and not counted.
        now += slow_s if slow or runs <= latency.WARM_UP else 0.002

    return latency.check(score, lambda: now, budget_ms=10.0)


def test_a_model_within_its_budget_passes_and_its_first_runs_do_not_count() -> None:
    found = timed(slow_s=0.5, slow_runs=0)
    assert found.passed
    assert found.figures == pytest.approx({"p50_ms": 2.0, "p99_ms": 2.0, "budget_ms": 10.0})


def test_three_slow_runs_of_two_hundred_break_the_budget() -> None:
    found = timed(slow_s=0.011, slow_runs=3)
    assert not found.passed
    assert found.figures["p99_ms"] == pytest.approx(11.0)
    assert found.figures["p50_ms"] == pytest.approx(2.0)


def test_one_pause_of_the_machine_is_no_slow_model() -> None:
    assert timed(slow_s=0.5, slow_runs=1).passed
