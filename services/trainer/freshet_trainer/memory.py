"""What the trainer remembers between two looks, and over restarts."""

from pathlib import Path

import msgspec

from freshet.domain.rollout.drift import LossTrend

_FILE = "memory.json"


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """The trainer's own state; all else is on the topics.

    Attributes:
        trained_ms: when training last began; None: never.
        learned_ms: time of the newest list that it could learn from.
        observed_ms: time of the newest list whose loss was taken in.
        observed_model: the champion that `trend` is about.
        trend: of its losses.
    """

    trained_ms: int | None = None
    learned_ms: int = 0
    observed_ms: int = 0
    observed_model: str = ""
    trend: LossTrend = LossTrend()


def recall(work_dir: Path) -> Memory:
    """What was remembered; nothing at the first start, or if the file was damaged by a crash."""
    try:
        return msgspec.json.decode((work_dir / _FILE).read_bytes(), type=Memory)
    except (FileNotFoundError, msgspec.DecodeError):
        return Memory()


def remember(work_dir: Path, memory: Memory) -> None:
    """Keep it, under another name first: a kill leaves what was before."""
    work_dir.mkdir(parents=True, exist_ok=True)
    partial = work_dir / f"{_FILE}.new"
    partial.write_bytes(msgspec.json.encode(memory))
    partial.replace(work_dir / _FILE)
