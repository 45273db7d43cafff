"""No export goes out that says something else than the model that was trained."""

import numpy as np
import pytest

from freshet_trainer.gates import parity

SCORE = np.linspace(-3, 3, 12, dtype=np.float32).reshape(3, 4)


def test_an_export_that_differs_by_rounding_passes() -> None:
    verdict = parity.check({"score": SCORE}, {"score": SCORE + np.float32(5e-6)})
    assert verdict.passed
    assert verdict.figures["largest_difference"] == pytest.approx(5e-6, rel=0.1)
    assert verdict.figures["limit"] == 1e-5


def test_one_output_that_is_off_stops_it() -> None:
    other = SCORE.copy()
    other[2, 3] += 3e-5
    outputs = {"probability": SCORE, "score": SCORE}
    verdict = parity.check(outputs, {"probability": SCORE, "score": other})
    assert not verdict.passed
    assert verdict.figures["largest_difference"] == pytest.approx(3e-5, rel=0.1)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_in_both_is_no_parity(value: float) -> None:
    other = np.where(SCORE > 2, value, SCORE)
    verdict = parity.check({"score": other}, {"score": other})
    assert not verdict.passed
    assert verdict.figures["not_finite"] == 2


@pytest.mark.parametrize("exported", [{}, {"other": SCORE}, {"score": SCORE[:, :1]}])
def test_outputs_that_cannot_be_compared_stop_it(exported: parity.Outputs) -> None:
    assert not parity.check({"score": SCORE}, exported).passed


@pytest.mark.parametrize("nothing", [{}, {"score": SCORE[:0]}])
def test_without_any_outputs_nothing_is_shown(nothing: parity.Outputs) -> None:
    assert not parity.check(nothing, nothing).passed
