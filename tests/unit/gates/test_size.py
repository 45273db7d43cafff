"""A folder that is too large to be fetched by every worker is not published."""

from pathlib import Path

from freshet_trainer.gates import size


def folder(path: Path) -> Path:
    (path / "manifest.json").write_bytes(b"m" * 100)
    (path / "more").mkdir()
    (path / "more" / "scorer.onnx").write_bytes(b"s" * 900)
    return path


def test_a_folder_of_just_the_limit_passes(tmp_path: Path) -> None:
    found = size.check(folder(tmp_path), limit_bytes=1_000)
    assert found.passed
    assert found.figures == {"bytes": 1_000, "limit_bytes": 1_000}


def test_a_byte_more_does_not(tmp_path: Path) -> None:
    assert not size.check(folder(tmp_path), limit_bytes=999).passed


def test_a_folder_without_files_does_not(tmp_path: Path) -> None:
    assert not size.check(tmp_path, limit_bytes=1_000).passed
    assert not size.check(tmp_path / "nowhere", limit_bytes=1_000).passed
