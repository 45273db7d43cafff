"""The models to evaluate, as folders on this machine."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from freshet.config import ServiceConfig
from freshet.models.artifacts import fetch
from freshet.models.manifest import read_manifest
from freshet.models.registry import read_stages

PRIOR = "prior"


class NoSuchModel(Exception):
    """What was asked for is neither a folder nor a label on the models topic."""


def folders(config: ServiceConfig, asked: Sequence[str], work: Path) -> dict[str, Path]:
    """Folders by label, each checked against its manifest.

    Args:
        config: where the models topic is; it is read only if a label is asked for, or nothing.
        asked: labels, `prior`, or folders; nothing asks for the champion, without one the prior.
        work: a folder to fetch and build in.

    Raises:
        NoSuchModel: there is no such folder or label.
        ModelRefused, ArtifactUnavailable: it is there, and is not fit or cannot be fetched.
    """
    found: dict[str, Path] = {}
    stages = None
    for name in asked or [""]:
        if name == PRIOR:
            label, folder = _prior(work)
        elif name and Path(name).is_dir():
            folder = Path(name)
            label = read_manifest(folder).label
        else:
            stages = stages or asyncio.run(read_stages(config))
            record = stages.records.get(name) if name else stages.champion
            if record is None and name:
                raise NoSuchModel(
                    f"{name} is neither a folder nor a model: `freshet models list` shows those"
                )
            if record is None or not record.artifact:
                label, folder = _prior(work)
            else:
                label = record.model
                folder = fetch(record.artifact, record.manifest_sha256, work / "fetched")
        found[label] = folder
    return found


def _prior(work: Path) -> tuple[str, Path]:
    # Builds with TensorFlow, which takes seconds to import: most evaluations do without.
    from freshet_trainer.service import built_in_prior

    return built_in_prior(work / PRIOR)
