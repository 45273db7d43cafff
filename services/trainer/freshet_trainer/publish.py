"""A model version as a folder: three exported graphs and their manifest."""

from pathlib import Path

import numpy as np

from freshet.domain.interest.knowledge import DIMENSION
from freshet.models.features import CROSS_FEATURES
from freshet.models.manifest import CONTRACT, Manifest, write_manifest
from freshet_trainer.export import Arrays, check_parity, export
from freshet_trainer.prior import item_encoder, scorer, user_encoder

#: The space that the catalog's embedded default makes vectors in.
EMBEDDING_VERSION = f"wordllama-l2-supercat-{DIMENSION}"

#: Batch sizes and candidates that parity is shown for.
_SHAPES = ((1, 1), (7, 33), (64, 200))


def publish_prior(folder: Path, version: str) -> float:
    """Build, export and check the prior.

    Args:
        folder: made if absent; its files are replaced.
        version: of the prior.

    Returns:
        The largest difference between Keras and ONNX that was seen.

    Raises:
        ParityError: an export computes something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    models = (user_encoder(), item_encoder(), scorer())
    names = (("user_vector",), ("item_vector",), ("score", "probability"))
    graphs = [export(model, folder, outputs) for model, outputs in zip(models, names, strict=True)]
    worst = max(
        check_parity(
            model, folder / graph.file, outputs, {name: inputs[name] for name in graph.inputs}
        )
        for inputs in (_random_inputs(b, k) for b, k in _SHAPES)
        for model, outputs, graph in zip(models, names, graphs, strict=True)
    )
    write_manifest(
        folder,
        Manifest(
            contract=CONTRACT,
            name="prior",
            version=version,
            parent=None,
            embedding_version=EMBEDDING_VERSION,
            cross_features=list(CROSS_FEATURES),
            user_encoder=graphs[0],
            item_encoder=graphs[1],
            scorer=graphs[2],
            metrics={},
        ),
    )
    return worst


def _random_inputs(b: int, k: int) -> Arrays:
    random = np.random.default_rng(b)
    inputs = {
        "interest_vectors": random.normal(size=(b, 3, DIMENSION)),
        "embedding": random.normal(size=(b, DIMENSION)),
        "user_vector": random.normal(size=(b, DIMENSION)) / DIMENSION**0.5,
        "item_vector": random.normal(size=(b, k, DIMENSION)) / DIMENSION**0.5,
        "cross": random.uniform(-1, 1, size=(b, k, len(CROSS_FEATURES))),
    }
    inputs["interest_vectors"][0] = 0.0
    inputs["embedding"][0] = 0.0
    return {name: array.astype(np.float32) for name, array in inputs.items()}
