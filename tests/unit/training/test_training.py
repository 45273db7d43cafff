"""Training: the same however often it is killed, and what is exported says the same as Keras."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.models.graph_inputs import ABSENT
from freshet_trainer.architectures.catalogue import Architecture, blueprint
from freshet_trainer.architectures.setting import setting_of
from freshet_trainer.scoring import score_examples
from freshet_trainer.towers import Towers
from freshet_trainer.training.batches import batch_of, forgetful
from freshet_trainer.training.calibrate import calibrate
from freshet_trainer.training.fit import CHECKPOINT, fit
from freshet_trainer.training.losses import LOSSES
from freshet_trainer.training.predict import predict
from freshet_trainer.training.recipe import Recipe
from freshet_trainer.version import start_from, weights_of, write_version
from harness.models import examples, table

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

EXAMPLES, TABLE = examples(), table()
SETTING = setting_of(TABLE, EXAMPLES)


def new(architecture: Architecture = Architecture.ATTENTIVE) -> Towers:
    keras.utils.set_random_seed(1)
    return blueprint(architecture).build(SETTING)


def recipe(epochs: int = 3) -> Recipe:
    return replace(blueprint(Architecture.ATTENTIVE).RECIPE, epochs=epochs, batch_lists=16)


@pytest.mark.parametrize("architecture", Architecture)
def test_what_is_exported_says_what_keras_says(architecture: Architecture, tmp_path: Path) -> None:
    towers = new(architecture)
    write_version(towers, tmp_path, name="m", version="1", made_ms=0)
    there = EXAMPLES.items >= 0
    for one, other in zip(
        predict(towers, EXAMPLES, TABLE), score_examples(tmp_path, EXAMPLES, TABLE), strict=True
    ):
        np.testing.assert_allclose(one[there], other[there], atol=1e-5)
    # What was written can be gone on from.
    again = blueprint(architecture).build(SETTING)
    assert start_from(again, tmp_path)
    np.testing.assert_allclose(
        predict(again, EXAMPLES, TABLE)[0][there], predict(towers, EXAMPLES, TABLE)[0][there]
    )


class Killed(Exception):
    pass


def test_a_training_that_is_killed_comes_to_the_same_weights(tmp_path: Path) -> None:
    whole = new()
    fit(whole, EXAMPLES, TABLE, recipe(), seed=5)

    def kill(done: int, total: int, loss: float) -> None:
        if 2 * done > total:
            raise Killed

    with pytest.raises(Killed):
        fit(new(), EXAMPLES, TABLE, recipe(), seed=5, folder=tmp_path, progress=kill)
    assert (tmp_path / CHECKPOINT).exists()
    steps = []
    resumed = new()
    fit(
        resumed,
        EXAMPLES,
        TABLE,
        recipe(),
        seed=5,
        folder=tmp_path,
        progress=lambda done, total, loss: steps.append((done, total)),
    )
    assert steps[0][0] > 1, "it begins where it was killed"
    assert not (tmp_path / CHECKPOINT).exists()
    expected = weights_of(whole)
    for name, value in weights_of(resumed).items():
        np.testing.assert_allclose(value, expected[name], atol=1e-6, err_msg=name)


def test_a_checkpoint_of_another_training_is_not_gone_on_from(tmp_path: Path) -> None:
    def kill(done: int, total: int, loss: float) -> None:
        if done == total:
            raise Killed

    with pytest.raises(Killed):
        fit(new(), EXAMPLES, TABLE, recipe(), seed=5, folder=tmp_path, progress=kill)
    steps = []
    fit(
        new(),
        EXAMPLES,
        TABLE,
        recipe(),
        seed=6,
        folder=tmp_path,
        progress=lambda done, total, loss: steps.append(done),
    )
    assert steps[0] == 1


def test_a_training_learns_what_is_clicked() -> None:
    towers = new()
    before = predict(towers, EXAMPLES, TABLE)[0]
    fit(towers, EXAMPLES, TABLE, recipe(epochs=10), seed=5)
    after = predict(towers, EXAMPLES, TABLE)[0]
    there = EXAMPLES.items >= 0
    clicked = EXAMPLES.labels[there] > 0

    def apart(score: np.ndarray) -> float:
        return float(score[there][clicked].mean() - score[there][~clicked].mean())

    assert apart(after) > apart(before) + 0.5


def test_padding_changes_no_score() -> None:
    towers = new()
    alone = EXAMPLES[:1]
    there = alone.items[0] >= 0
    wide = replace(
        alone,
        **{
            name: np.pad(getattr(alone, name), [(0, 0), (0, 3), *more], constant_values=fill)
            for name, more, fill in (
                ("items", [], -1),
                ("labels", [], 0),
                ("cross", [(0, 0)], 0),
                ("item_clicks", [], 0),
            )
        },
    )
    one, other = predict(towers, alone, TABLE)[0], predict(towers, wide, TABLE)[0]
    np.testing.assert_allclose(one[0, there], other[0, : one.shape[1]][there], atol=1e-6)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_better_order_costs_less_and_padding_nothing(name: str) -> None:
    labels = np.array([[1.0, 0.0, 0.0]], np.float32)
    batch = {"candidates": np.array([[1, 2, 0]]), "labels": labels}
    right, wrong, padded = (
        float(LOSSES[name](np.array([score], np.float32), batch))
        for score in ([2.0, -2.0, 0.0], [-2.0, 2.0, 0.0], [2.0, -2.0, 9.0])
    )
    assert right < wrong
    assert padded == pytest.approx(right)


def test_what_is_hidden_is_hidden_whole() -> None:
    batch = batch_of(EXAMPLES, TABLE, np.arange(20), new())
    hidden = forgetful(batch, 0.5, np.random.default_rng(0))
    np.testing.assert_array_equal(hidden.user["passed_there"] == 1, hidden.passed > 0)
    np.testing.assert_array_equal(hidden.user["recent_acts"][:, :, 0] == 1, hidden.recent > 0)
    assert 0.4 < (hidden.passed > 0).sum() / (batch.passed > 0).sum() < 0.6


def test_an_item_without_a_number_is_like_the_mean() -> None:
    assert SETTING.numbers == ["price", "length"]
    logged, mean, gain = (one[:2] for one in SETTING.number_scale)
    assert logged.tolist() == [1.0, 0.0]
    prices = np.log1p(TABLE.numbers.read(np.arange(len(TABLE.ids)), ["price"])[:, 0])
    assert (mean[0], 1 / gain[0]) == pytest.approx((prices.mean(), prices.std()), rel=1e-4)
    towers = new()
    item = {
        "embedding": TABLE.embedding[:3],
        "item_hash": TABLE.item_hash[:3],
        "item_numbers": np.array(
            [[ABSENT, ABSENT, *[0] * 6], [1e30, -1e30, *[0] * 6], [5, mean[1], *[0] * 6]],
            np.float32,
        ),
    }
    vectors = np.asarray(
        towers.item_encoder([item[one.name] for one in towers.item_encoder.inputs])
    )
    assert vectors[0, 24:].tolist() == [0.0] * 8
    assert np.abs(vectors[:, 24:]).max() <= 6.0
    assert vectors[2, 25] == pytest.approx(0, abs=1e-5)


def test_calibration_finds_the_chance_that_a_score_stands_for() -> None:
    towers = new()
    random = np.random.default_rng(2)
    score = random.normal(size=20_000).astype(np.float32)
    label = (random.random(20_000) < 1 / (1 + np.exp(-(2 * score - 1)))).astype(np.float32)
    assert calibrate(towers.scorer, score, label) == pytest.approx((2.0, -1.0), abs=0.15)
    # Scores that say the opposite are not turned round: they say nothing.
    assert calibrate(towers.scorer, score, 1 - label)[0] == 0


def test_every_cross_feature_that_a_model_names_is_served() -> None:
    for architecture in Architecture:
        assert set(new(architecture).cross_features) <= set(CROSS_FEATURES)


@pytest.mark.parametrize(("size", "offset"), [(1.0, 0.0), (1e4, -3e5), (1e-4, 7.0)])
def test_calibration_holds_for_scores_of_any_size(size: float, offset: float) -> None:
    towers = new()
    random = np.random.default_rng(3)
    plain = random.normal(size=20_000)
    label = (random.random(20_000) < 1 / (1 + np.exp(-(plain - 2)))).astype(np.float32)
    score = size * plain + offset
    slope, bias = calibrate(towers.scorer, score, label)
    chance = 1 / (1 + np.exp(-(slope * score + bias)))
    assert chance.mean() == pytest.approx(label.mean(), abs=0.005)
    assert slope * size == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("clicked", [0.0, 1.0])
def test_calibration_on_lists_that_are_all_alike_claims_nothing(clicked: float) -> None:
    slope, bias = calibrate(new().scorer, np.arange(9.0), np.full(9, clicked, np.float32))
    assert slope == 0
    assert bias == pytest.approx(np.log(10) if clicked else -np.log(10))
