"""One training: from examples to a model folder, calibrated and measured, not yet judged."""

from dataclasses import dataclass
from pathlib import Path

import keras

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.models.manifest import Manifest
from freshet_trainer.architectures.catalogue import Architecture, blueprint
from freshet_trainer.architectures.setting import setting_of
from freshet_trainer.towers import Towers
from freshet_trainer.training.calibrate import calibrate
from freshet_trainer.training.fit import fit
from freshet_trainer.training.predict import predict
from freshet_trainer.training.recipe import Steps
from freshet_trainer.version import start_from, write_version

#: Of the lists that are learned from, so many of the newest only calibrate.
_CALIBRATION_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A new model version.

    Attributes:
        towers: in Keras.
        folder: the exported model.
        manifest: of the folder.
    """

    towers: Towers
    folder: Path
    manifest: Manifest


def slices(examples: Examples, newest_share: float) -> tuple[Examples, Examples]:
    """Lists in the order of their time: what is learned from, and the newest to be held against."""
    cut = len(examples) - max(1, round(len(examples) * newest_share))
    return examples[:cut], examples[cut:]


def learn(
    examples: Examples,
    table: ItemTable,
    architecture: Architecture,
    folder: Path,
    *,
    version: str,
    seed: int,
    made_ms: int,
    embedding_version: str,
    parent: tuple[str, Path] | None = None,
    checkpoints: Path | None = None,
    progress: Steps = lambda done, total, loss: None,
) -> Trained:
    """Train, calibrate and export a model version.

    Args:
        examples: what is learned from, in the order of time; the newest tenth only calibrates.
        table: their items.
        architecture: of the model.
        folder: for the model.
        version: of the model; its name is that of the architecture.
        seed: of all chance.
        made_ms: when it is made.
        embedding_version: the space of content vectors that the examples are in.
        parent: label and folder of a version to go on from; one of another form is not used.
        checkpoints: a folder that lets a killed training go on.
        progress: told of each step.
    """
    cut = len(examples) - round(len(examples) * _CALIBRATION_SHARE)
    keras.utils.set_random_seed(seed)
    plan = blueprint(architecture)
    towers = plan.build(setting_of(table, examples[:cut]))
    warm = parent is not None and start_from(towers, parent[1])
    fit(
        towers,
        examples[:cut],
        table,
        plan.RECIPE,
        seed=seed,
        folder=checkpoints,
        progress=progress,
    )
    held = examples[cut:] if cut < len(examples) else examples
    score, _ = predict(towers, held, table)
    there = held.items >= 0
    slope, bias = calibrate(towers.scorer, score[there], held.labels[there])
    manifest = write_version(
        towers,
        folder,
        name=architecture,
        version=version,
        made_ms=made_ms,
        parent=parent[0] if parent and warm else None,
        metrics={"lists": float(len(examples)), "slope": slope, "bias": bias},
        embedding_version=embedding_version,
    )
    return Trained(towers=towers, folder=folder, manifest=manifest)
