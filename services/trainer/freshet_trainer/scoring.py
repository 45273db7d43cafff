"""What an exported model says of lists: by the graphs that serve, not by Keras."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.models.graphs import Graphs
from freshet_trainer.training.batches import Batch, batches

#: Lists of one run.
LISTS = 64


def score_examples(
    folder: Path, examples: Examples, table: ItemTable
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scores and probabilities of all candidates, [n, k] each; those of padding mean nothing.

    Raises:
        ModelRefused: the folder is not fit to serve.
    """
    graphs = Graphs(folder, threads=1)
    model = graphs.manifest
    parts = [run_batch(graphs, batch) for batch in batches(examples, table, model, LISTS, None)]
    score, probability = zip(*parts, strict=True)
    return np.concatenate(score), np.concatenate(probability)


def run_batch(graphs: Graphs, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scores and probabilities of a batch's candidates, [b, k] each."""
    vectors = graphs.encode_items(batch.items)
    return graphs.score(users_of(batch, vectors), vectors[batch.candidates], batch.cross)


def users_of(batch: Batch, vectors: NDArray[np.float32]) -> dict[str, NDArray[np.generic]]:
    """All inputs of the user encoder, given the vectors of a batch's items [m, e]."""
    return {
        **batch.user,
        **{
            f"{name}_vectors": vectors[rows] * (rows > 0)[:, :, None]
            for name, rows in (("recent", batch.recent), ("passed", batch.passed))
        },
    }
