"""The folder is small enough to be fetched and held by every worker."""

from pathlib import Path

from freshet.contracts.models import GateVerdict


def check(folder: Path, *, limit_bytes: int) -> GateVerdict:
    """Add up the files of a model's folder.

    Args:
        folder: with the manifest and what it names; one without files does not pass.
        limit_bytes: of all files together.
    """
    total = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    return GateVerdict(
        gate="size",
        passed=0 < total <= limit_bytes,
        figures={"bytes": total, "limit_bytes": limit_bytes},
        detail=f"{total:,} bytes, {limit_bytes:,} are allowed",
    )
