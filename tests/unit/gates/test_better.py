"""Only a candidate that ranks better, for sure, comes before anybody."""

from typing import Any

import numpy as np
import pytest

from freshet.contracts.models import GateVerdict
from freshet_trainer.gates import better

USERS = np.repeat(np.arange(200), 5)


def verdict(*, lead: float, over_baselines: float = 0.1, **changes: Any) -> GateVerdict:
    """The gate's answer to a candidate that leads the champion and the baselines by so much."""
    random = np.random.default_rng(1)
    candidate = random.beta(4, 4, size=1_000)
    noise = random.normal(0, 0.1, size=(3, 1_000))
    noise -= noise.mean(axis=1, keepdims=True)
    given = {
        "candidate": candidate,
        "champion": candidate - lead + noise[0],
        "popularity": candidate - over_baselines + noise[1],
        "click_rate": candidate - 0.1 + noise[2],
        "users": USERS,
        "margin": 0.02,
        "seed": 1,
    }
    return better.check(**{**given, **changes})


def test_a_candidate_that_beats_all_passes_with_its_figures() -> None:
    found = verdict(lead=0.05)
    assert found.passed
    assert found.figures["over_champion"] == pytest.approx(0.05)
    assert 0.03 < found.figures["over_champion_low"] < 0.05 < found.figures["over_champion_high"]
    assert found.figures["margin"] == 0.02
    assert found.figures["over_popularity_low"] > 0
    assert found.figures["over_click_rate_low"] > 0


def test_a_small_lead_over_the_champion_is_enough_where_the_margin_is_kept() -> None:
    found = verdict(lead=0.002)
    assert found.figures["over_champion_low"] < 0
    assert found.passed
    assert not verdict(lead=0.002, margin=0.001).passed


def test_a_candidate_behind_the_champion_stays_back_however_wide_the_margin() -> None:
    found = verdict(lead=-0.001, margin=0.5)
    assert not found.passed
    assert "NOT better than champion" in found.detail


def test_a_lead_over_a_baseline_must_be_sure() -> None:
    found = verdict(lead=0.05, over_baselines=0.002)
    assert found.figures["over_popularity"] > 0
    assert not found.passed
    assert "NOT better than popularity" in found.detail


def test_a_handful_of_users_proves_nothing() -> None:
    found = verdict(lead=0.05, users=USERS % 10)
    assert not found.passed
    assert found.figures["users"] == 10


def test_the_same_seed_gives_the_same_verdict() -> None:
    assert verdict(lead=0.05) == verdict(lead=0.05)
