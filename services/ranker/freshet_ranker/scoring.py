"""A model version in onnxruntime: three sessions, checked before they serve."""

from pathlib import Path

import numpy as np
import onnxruntime

from freshet.domain.interest.knowledge import DIMENSION
from freshet.domain.ranking.ask import Floats
from freshet.models.manifest import Graph, Manifest, ModelRefused, read_manifest


class OnnxScorer:
    """Scores with the graphs of one model folder.

    Attributes:
        label: `name@version`.
        embedding_version: the space of content vectors that it reads.
        vector_dimension: length of its item vectors.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        """Open a model folder.

        Raises:
            ModelRefused: a file is missing or changed, or a graph is not what the manifest says.
        """
        manifest: Manifest = read_manifest(folder)
        self.label = manifest.label
        self.embedding_version = manifest.embedding_version
        self._user_encoder, self._item_encoder, self._scorer = (
            _open(folder, graph, threads) for graph in manifest.graphs
        )
        # The first run of a graph lays out its memory: no user should wait for that.
        vectors = self.encode_items(np.zeros((1, DIMENSION), np.float32))
        self.vector_dimension = vectors.shape[1]
        users = self.encode_users(np.zeros((1, 3, DIMENSION), np.float32))
        cross = np.zeros((1, 1, len(manifest.cross_features)), np.float32)
        score, _ = self.score(users, vectors[None], cross)
        if score.shape != (1, 1):
            raise ModelRefused(f"the scorer of {folder} answers in shape {score.shape}")

    def encode_items(self, embeddings: Floats) -> Floats:
        """[n, 128] -> [n, e]."""
        vectors: Floats = self._item_encoder.run(["item_vector"], {"embedding": embeddings})[0]
        return vectors

    def encode_users(self, interest_vectors: Floats) -> Floats:
        """[b, 3, 128] -> [b, e]."""
        inputs = {"interest_vectors": interest_vectors}
        vectors: Floats = self._user_encoder.run(["user_vector"], inputs)[0]
        return vectors

    def score(
        self, user_vectors: Floats, item_vectors: Floats, cross: Floats
    ) -> tuple[Floats, Floats]:
        """[b, e], [b, k, e], [b, k, f] -> score [b, k], probability [b, k]."""
        inputs = {"user_vector": user_vectors, "item_vector": item_vectors, "cross": cross}
        score, probability = self._scorer.run(["score", "probability"], inputs)
        return score, probability


def _open(folder: Path, graph: Graph, threads: int) -> onnxruntime.InferenceSession:
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
    for kind, wanted, actual in (
        ("inputs", graph.inputs, session.get_inputs()),
        ("outputs", graph.outputs, session.get_outputs()),
    ):
        found = {one.name: len(one.shape) for one in actual if one.type == "tensor(float)"}
        if found != {name: len(shape) for name, shape in wanted.items()}:
            raise ModelRefused(f"{folder / graph.file} has {kind} {found}, not {wanted}")
    return session
