"""The graphs of a model folder in onnxruntime, checked before anything is asked of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from freshet.models.graph_inputs import ITEM_INPUTS, SCORER_INPUTS, USER_INPUTS, Input
from freshet.models.manifest import Graph, ModelRefused, read_manifest

Arrays = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float32]

_TYPES = {"tensor(float)": "float32", "tensor(int32)": "int32"}


class Graphs:
    """A model version that can be run.

    Args:
        folder: of the model.
        threads: processor cores for one run.

    Attributes:
        manifest: of the folder.
        item_inputs, user_inputs: names of what the encoders read.

    Raises:
        ModelRefused: a file is missing or changed, or a graph is not what the manifest says.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        manifest = self.manifest = read_manifest(folder)
        self._folder = folder
        self._items = _open(folder, manifest.item_encoder, ITEM_INPUTS, threads)
        self._users = _open(folder, manifest.user_encoder, USER_INPUTS, threads)
        self._scorer = _open(folder, manifest.scorer, SCORER_INPUTS, threads)
        self.item_inputs = frozenset(manifest.item_encoder.inputs)
        self.user_inputs = frozenset(manifest.user_encoder.inputs)

    def encode_items(self, inputs: Arrays) -> Floats:
        """Vectors of n items [n, e]; inputs by name, others than those it reads are passed over."""
        (vectors,) = self._items.run(
            ["item_vector"], {name: inputs[name] for name in self.item_inputs}
        )
        return np.asarray(vectors)

    def score(self, user: Arrays, items: Floats, cross: Floats) -> tuple[Floats, Floats]:
        """Scores and chances of a click.

        Args:
            user: the user encoder's inputs by name, [b, ...] each.
            items: vectors of the candidates, [b, k, e].
            cross: features of the candidates in the manifest's order, [b, k, f].

        Returns:
            Score and probability, [b, k] each.
        """
        (users,) = self._users.run(["user_vector"], {name: user[name] for name in self.user_inputs})
        score, probability = self._scorer.run(
            ["score", "probability"], {"user_vector": users, "item_vector": items, "cross": cross}
        )
        return np.asarray(score), np.asarray(probability)

    def attention(self, user: Arrays, items: Floats) -> Floats | None:
        """How much of each of the last acts a candidate looks at, [b, k, 32], oldest first.

        None if this model has no such thing. For explanations: the graph is opened anew.

        Args:
            user: as of `score`.
            items: as there.
        """
        graph = self.manifest.attention
        if graph is None:
            return None
        session = _open(self._folder, graph, SCORER_INPUTS, 1)
        (users,) = self._users.run(["user_vector"], {name: user[name] for name in self.user_inputs})
        (gates,) = session.run(["attention"], {"user_vector": users, "item_vector": items})
        return np.asarray(gates)


def _open(
    folder: Path, graph: Graph, vocabulary: Mapping[str, Input], threads: int
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin between runs would take the core from everything else on the machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(
            folder / graph.file, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises types of its own that it does not export
        raise ModelRefused(f"{folder / graph.file} is not a graph that runs: {error}") from error
    found = {one.name: (_TYPES.get(one.type), len(one.shape)) for one in session.get_inputs()}
    wanted = {name: (vocabulary[name].dtype, len(vocabulary[name].shape)) for name in graph.inputs}
    if found != wanted or {one.name for one in session.get_outputs()} != graph.outputs.keys():
        raise ModelRefused(f"{folder / graph.file} reads or gives something else than it says")
    return session
