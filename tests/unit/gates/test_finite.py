"""A model that says what is no number, or the same of everything, is not served."""

import numpy as np
import pytest

from freshet_trainer.gates import finite

SCORES = np.random.default_rng(1).normal(size=(5, 8)).astype(np.float32)
CHANCES = 1 / (1 + np.exp(-SCORES))
THERE = np.arange(8) < np.array([8, 8, 3, 1, 0])[:, None]


def test_a_sound_model_passes_and_padding_is_not_looked_at() -> None:
    scores = np.where(THERE, SCORES, np.nan)
    found = finite.check(scores, np.where(THERE, CHANCES, 7), THERE)
    assert found.passed
    assert found.figures["outputs"] == 20
    assert found.figures["spread"] > found.figures["minimum_spread"]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_score_that_is_no_number_stops_it(value: float) -> None:
    scores = SCORES.copy()
    scores[2, 2] = value
    found = finite.check(scores, CHANCES, THERE)
    assert not found.passed
    assert found.figures["not_finite"] == 1


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_a_probability_outside_of_0_to_1_stops_it(value: float) -> None:
    chances = CHANCES.copy()
    chances[0, 0] = value
    found = finite.check(SCORES, chances, THERE)
    assert not found.passed
    assert found.figures["outside_0_1"] == 1


def test_a_model_that_tells_no_candidates_of_a_list_apart_is_stopped() -> None:
    scores = np.repeat(SCORES[:, :1], 8, axis=1)
    found = finite.check(scores, CHANCES, THERE)
    assert not found.passed
    assert found.figures["spread"] == 0


def test_without_candidates_nothing_is_shown() -> None:
    assert not finite.check(SCORES, CHANCES, np.zeros_like(THERE)).passed
