"""A new version before its gates: measured on the newest lists, beside what serves."""

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.models import GateVerdict
from freshet.domain.evaluation.metrics import ndcg, ranked, ranking
from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.models.graphs import Graphs
from freshet_trainer.config import TrainerConfig
from freshet_trainer.gates import better, finite, latency, parity, size
from freshet_trainer.learning import Trained
from freshet_trainer.scoring import score_examples, users_of
from freshet_trainer.training.batches import batch_of
from freshet_trainer.training.predict import predict

#: What is timed: a micro-batch as it is served.
_USERS = 16
_CANDIDATES = 200

#: Lists by others than the champion from which these alone are compared on.
_BY_OTHERS = 200

Floats = NDArray[np.float32]


def judge(
    trained: Trained,
    newest: Examples,
    table: ItemTable,
    champion: tuple[str, Path],
    config: TrainerConfig,
) -> tuple[list[GateVerdict], dict[str, float]]:
    """What every gate says, and the figures that the manifest keeps.

    Args:
        trained: the version.
        newest: lists that it was not trained on, the newest there are.
        table: their items.
        champion: label and folder of the model that serves.
        config: the limits.
    """
    there = newest.items >= 0
    keras_score, keras_probability = predict(trained.towers, newest, table)
    score, probability = score_examples(trained.folder, newest, table)
    rows = _comparable(newest, champion[0])
    if not len(rows):
        nothing = "nothing was clicked in the newest lists: there is nothing to compare by"
        return [GateVerdict(gate="better", passed=False, figures={}, detail=nothing)], {}
    verdicts = [
        parity.check(
            {"score": keras_score[there], "probability": keras_probability[there]},
            {"score": score[there], "probability": probability[there]},
        ),
        finite.check(score, probability, there),
        size.check(trained.folder, limit_bytes=config.max_model_bytes),
    ]
    if not all(verdict.passed for verdict in verdicts):
        # What is not a number cannot be compared, and what does not run cannot be timed.
        return verdicts, {}
    compared = newest[rows]
    ranked_by = {
        "candidate": score[rows],
        "champion": score_examples(champion[1], compared, table)[0],
        "popularity": compared.cross[:, :, CROSS_FEATURES.index("popularity")],
        "click_rate": compared.cross[:, :, CROSS_FEATURES.index("click_rate")],
    }
    quality = {name: _quality(one, compared) for name, one in ranked_by.items()}
    verdicts += [
        better.check(
            **quality, users=compared.user_ids, margin=config.gate_margin, seed=config.seed
        ),
        _latency(trained.folder, newest, table, config.latency_budget_ms),
    ]
    return verdicts, _figures(quality)


def _comparable(newest: Examples, champion: str) -> NDArray[np.intp]:
    """Places of lists with a click: of those that others made, where they are enough.

    People look at the top first, so what the champion put there was clicked for that too: on its
    own lists any other order looks worse than it is.
    """
    clicked = newest.labels.any(axis=1)
    by_others = clicked & np.not_equal(newest.models, champion)
    enough = int(by_others.sum()) >= _BY_OTHERS
    return np.flatnonzero(by_others if enough else clicked)


def _quality(scores: Floats, examples: Examples) -> NDArray[np.float64]:
    return ndcg(ranked(examples.labels, ranking(scores, examples)))


def _figures(quality: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
    names = {"candidate": "ndcg@10"}
    return {names.get(name, f"ndcg@10 {name}"): float(one.mean()) for name, one in quality.items()}


def _latency(folder: Path, newest: Examples, table: ItemTable, budget_ms: float) -> GateVerdict:
    """Time a micro-batch; lists of the slice are repeated to as many candidates as serving has."""
    graphs = Graphs(folder, threads=1)
    rows = np.arange(_USERS) % len(newest)
    batch = batch_of(newest, table, rows, graphs.manifest)
    columns = np.arange(_CANDIDATES) % batch.candidates.shape[1]
    vectors = graphs.encode_items(batch.items)
    user = users_of(batch, vectors)
    items, cross = vectors[batch.candidates[:, columns]], batch.cross[:, columns]
    return latency.check(
        lambda: graphs.score(user, items, cross), time.perf_counter, budget_ms=budget_ms
    )
