"""Lists scored a second on one core: an exported model, and the same model in Keras.

Run: `python tests/bench/scoring.py [--architecture attentive]`. Each list has 200 candidates; lists
are scored in micro-batches, as the ranker does, with the items encoded beforehand. Both contenders
take turns in one process. Seconds are those of the processor, so that others on the machine matter
little; the median of the turns counts.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402 (threads are counted at import)
import tensorflow as tf  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from freshet.domain.ranking.features.registry import CROSS_FEATURES  # noqa: E402
from freshet.models.graph_inputs import (  # noqa: E402
    ITEM_BUCKETS,
    ITEM_INPUTS,
    NUMBERS,
    USER_INPUTS,
    VOCABULARY,
    Input,
)
from freshet.models.graphs import Graphs  # noqa: E402
from freshet_trainer.architectures.catalogue import Architecture, blueprint  # noqa: E402
from freshet_trainer.architectures.setting import Setting  # noqa: E402
from freshet_trainer.architectures.standard import Scale  # noqa: E402
from freshet_trainer.export import run  # noqa: E402
from freshet_trainer.towers import Towers  # noqa: E402
from freshet_trainer.version import write_version  # noqa: E402

CANDIDATES = 200
TURNS = 15

Arrays = Mapping[str, NDArray[Any]]


def setting() -> Setting:
    """A setting of no shop in particular."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(64, 128)).astype(np.float32)

    def plain(columns: int) -> Scale:
        one = np.ones(columns, np.float32)
        return Scale(logged=0 * one, mean=0 * one, gain=one)

    return Setting(
        tag_names=[f"tag {n}" for n in range(64)],
        tag_vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        numbers=[f"number {n}" for n in range(NUMBERS)],
        number_scale=plain(NUMBERS),
        cross_scale=plain(len(CROSS_FEATURES)),
    )


def filled(vocabulary: Mapping[str, Input], sizes: Mapping[str, int]) -> dict[str, NDArray[Any]]:
    """Arrays by chance for all inputs."""
    random = np.random.default_rng(1)
    most = {"item_hash": ITEM_BUCKETS, "item_tokens": VOCABULARY, "user_tokens": VOCABULARY}
    arrays: dict[str, NDArray[Any]] = {}
    for name, one in vocabulary.items():
        shape = [sizes[side] if isinstance(side, str) else side for side in one.shape]
        drawn = random.integers(1, most[name], shape) if name in most else random.random(shape) / 8
        arrays[name] = drawn.astype(one.dtype)
    return arrays


def contenders(
    towers: Towers, folder: Path, lists: int
) -> tuple[dict[str, Callable[[], Any]], float]:
    """What is timed, by name: a micro-batch each; and how far their scores are apart."""
    write_version(towers, folder, name="bench", version="1", made_ms=0, keep_weights=False)
    graphs = Graphs(folder, threads=1)
    vectors = graphs.encode_items(filled(ITEM_INPUTS, {"n": 3_000}))
    width = vectors.shape[1]
    user = filled(USER_INPUTS, {"b": lists, "e": width})
    random = np.random.default_rng(2)
    rows = random.integers(0, len(vectors), (lists, CANDIDATES))
    shape = (lists, CANDIDATES, len(towers.cross_features))
    cross = random.normal(size=shape).astype(np.float32)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def answer(user: Any, items: Any, cross: Any) -> Any:
        (users,) = run(towers.user_encoder, [user[one.name] for one in towers.user_encoder.inputs])
        given = {"user_vector": users, "item_vector": items, "cross": cross}
        return run(towers.scorer, [given[one.name] for one in towers.scorer.inputs])

    def by_onnx() -> Any:
        return graphs.score(user, vectors[rows], cross)[0]

    def by_keras() -> Any:
        read = {name: user[name] for name in graphs.user_inputs}
        return answer(read, vectors[rows], cross)[0].numpy()

    return {"onnxruntime": by_onnx, "Keras": by_keras}, float(np.abs(by_onnx() - by_keras()).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", type=Architecture, default=Architecture.ATTENTIVE)
    parser.add_argument("--lists", type=int, default=16, help="lists of a micro-batch")
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        towers = blueprint(arguments.architecture).build(setting())
        timed, difference = contenders(towers, Path(folder), arguments.lists)
        seconds: dict[str, list[float]] = {name: [] for name in timed}
        for _ in range(TURNS):
            for name, score in timed.items():
                score()
                started = time.process_time()
                for _ in range(10):
                    score()
                seconds[name].append((time.process_time() - started) / 10)
    rates = {name: arguments.lists / float(np.median(one)) for name, one in seconds.items()}
    print(f"{arguments.architecture}: {CANDIDATES} candidates a list, {arguments.lists} at once")
    for name, rate in rates.items():
        print(f"{name:12} {rate:>9,.0f} lists/s")
    print(f"ratio {rates['onnxruntime'] / rates['Keras']:.1f}, largest difference {difference:.1e}")


if __name__ == "__main__":
    main()
