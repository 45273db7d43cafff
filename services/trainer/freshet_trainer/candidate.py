"""The version that is trained and not yet published: its folder is all that is known of it.

It stays there until the store has taken it and the models topic says so, over restarts too: what
fails after a training never asks for another one.
"""

import shutil
from pathlib import Path

from freshet.contracts.models import ModelRecord
from freshet.domain.rollout.stages import Stages
from freshet.models.manifest import Manifest, ModelRefused, read_manifest
from freshet_trainer.rollout import BY


def begin(work_dir: Path) -> Path:
    """An empty folder to train the next version into."""
    folder = _folder(work_dir)
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def waiting(work_dir: Path) -> tuple[Path, Manifest] | None:
    """The version that is to be published, if there is one.

    The verdicts are written last: without them its training was cut off, and begins again.
    """
    folder = _folder(work_dir)
    try:
        manifest = read_manifest(folder)
    except ModelRefused:
        return None
    return (folder, manifest) if manifest.gates else None


def is_published(manifest: Manifest, stages: Stages) -> bool:
    """Whether a trainer was killed after it had published a version, before it knew.

    A candidate that is that still was to become more by the next record.
    """
    record = stages.records.get(manifest.label)
    return record is not None and record.stage != "candidate"


def forget(work_dir: Path) -> None:
    """It is published: its folder goes."""
    shutil.rmtree(_folder(work_dir), ignore_errors=True)


def record_of(manifest: Manifest, artifact: str, manifest_sha256: str, now_ms: int) -> ModelRecord:
    """What the models topic is told of a version: a candidate, or refused by its gates.

    Args:
        manifest: with the verdicts.
        artifact: URL of its folder.
        manifest_sha256: of the manifest as it is stored.
        now_ms: the time.
    """
    failed = [verdict.gate for verdict in manifest.gates if not verdict.passed]
    return ModelRecord(
        event_id=f"{manifest.label}/{manifest.made_ms}",
        event_time=now_ms,
        model=manifest.label,
        stage="refused" if failed else "candidate",
        artifact=artifact,
        manifest_sha256=manifest_sha256,
        architecture=manifest.architecture,
        parent=manifest.parent,
        metrics=manifest.metrics,
        gates=manifest.gates,
        reason=f"refused by {', '.join(failed)}" if failed else "passed all gates",
        decided_by=BY,
    )


def _folder(work_dir: Path) -> Path:
    return work_dir / "candidate"
