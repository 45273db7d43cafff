"""A model version as a folder: its exported graphs, weights to go on from, and the manifest."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from freshet.contracts.models import GateVerdict
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.models.manifest import (
    CONTRACT,
    File,
    Manifest,
    read_manifest,
    sha256_of,
    write_manifest,
)
from freshet_trainer.export import export
from freshet_trainer.towers import OUTPUTS, Towers

WEIGHTS = "weights.npz"


def write_version(
    towers: Towers,
    folder: Path,
    *,
    name: str,
    version: str,
    made_ms: int,
    parent: str | None = None,
    metrics: dict[str, float] | None = None,
    embedding_version: str = EMBEDDING_VERSION,
    keep_weights: bool = True,
) -> Manifest:
    """Export the towers and describe them; gates come after, see `with_gates`.

    Args:
        towers: trained.
        folder: made if absent; its files are replaced.
        name: of the model; messages carry `name@version`.
        version: of this training.
        made_ms: when it was made.
        parent: label of the version that its training started from.
        metrics: figures measured in training.
        embedding_version: the space of content vectors that it read.
        keep_weights: whether a later training can start from it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    graphs = {
        role: export(model, folder, role, OUTPUTS[role]) for role, model in towers.graphs.items()
    }
    attention = None
    if towers.attention is not None:
        attention = export(towers.attention, folder, "attention", OUTPUTS["attention"])
    weights = None
    if keep_weights:
        np.savez_compressed(folder / WEIGHTS, allow_pickle=False, **weights_of(towers))
        weights = File(file=WEIGHTS, sha256=sha256_of(folder / WEIGHTS))
    manifest = Manifest(
        contract=CONTRACT,
        name=name,
        version=version,
        architecture=towers.architecture,
        parent=parent,
        embedding_version=embedding_version,
        cross_features=list(towers.cross_features),
        metrics=metrics or {},
        dimension_names=towers.dimension_names,
        numbers=list(towers.numbers),
        weights=weights,
        made_ms=made_ms,
        user_encoder=graphs["user_encoder"],
        item_encoder=graphs["item_encoder"],
        scorer=graphs["scorer"],
        attention=attention,
    )
    write_manifest(folder, manifest)
    return manifest


def with_gates(folder: Path, manifest: Manifest, gates: list[GateVerdict]) -> Manifest:
    """Write the verdicts of the gates into the manifest of a folder."""
    judged = msgspec.structs.replace(manifest, gates=gates)
    write_manifest(folder, judged)
    return judged


def weights_of(towers: Towers) -> dict[str, NDArray[Any]]:
    """All weights of the towers, by graph and place."""
    return {
        f"{role}/{place}": np.asarray(value)
        for role, model in towers.graphs.items()
        for place, value in enumerate(model.get_weights())
    }


def start_from(towers: Towers, folder: Path) -> bool:
    """Give the towers the weights of a stored version, if they fit; returns whether they did."""
    path = folder / WEIGHTS
    if not path.exists():
        return False
    before = read_manifest(folder)
    # Of the same shape, but of another meaning.
    if [*before.numbers, *before.cross_features] != [*towers.numbers, *towers.cross_features]:
        return False
    with np.load(path, allow_pickle=False) as stored:
        found = dict(stored)
    wanted = weights_of(towers)
    if {key: one.shape for key, one in found.items()} != {
        key: one.shape for key, one in wanted.items()
    }:
        return False
    for role, model in towers.graphs.items():
        count = len(model.get_weights())
        model.set_weights([found[f"{role}/{place}"] for place in range(count)])
    return True
