"""What comes out of the store is what went in, or it is refused."""

import json
from pathlib import Path

import pytest
from fsspec.implementations.local import LocalFileSystem

from freshet.models.artifacts import ArtifactUnavailable, fetch, store
from freshet.models.manifest import MANIFEST, ModelRefused, read_manifest, sha256_of
from freshet_ranker.config import PRIOR


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.fixture(params=["file", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"file://{tmp_path}/store" if request.param == "file" else f"memory://{tmp_path.name}"


def test_a_stored_model_is_fetched_whole(root: str, tmp_path: Path) -> None:
    url, digest = store(PRIOR, root)
    folder = fetch(url, digest, tmp_path / "cache")
    assert read_manifest(folder) == read_manifest(PRIOR)
    assert fetch(url, digest, tmp_path / "cache") == folder


def stored(tmp_path: Path) -> tuple[str, str, Path]:
    url, digest = store(PRIOR, f"file://{tmp_path}/store")
    return url, digest, Path(url.removeprefix("file://"))


@pytest.mark.parametrize("name", ["scorer.onnx", MANIFEST])
def test_a_changed_file_is_refused(name: str, tmp_path: Path) -> None:
    url, digest, folder = stored(tmp_path)
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(ModelRefused, match=r"changed|another manifest"):
        fetch(url, digest, tmp_path / "cache")


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    url, digest, folder = stored(tmp_path)
    (folder / "scorer.onnx").write_bytes((folder / "scorer.onnx").read_bytes()[:-100])
    with pytest.raises(ModelRefused, match="changed"):
        fetch(url, digest, tmp_path / "cache")


def test_a_manifest_that_names_a_file_elsewhere_is_refused(tmp_path: Path) -> None:
    url, _, folder = stored(tmp_path)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["scorer"]["file"] = "../../secret.onnx"
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ModelRefused, match="not the name of a file"):
        fetch(url, sha256_of(folder / MANIFEST), tmp_path / "cache")


def test_what_is_not_there_yet_may_be_asked_for_again(tmp_path: Path) -> None:
    with pytest.raises(ArtifactUnavailable, match="cannot be fetched"):
        fetch(f"file://{tmp_path}/nothing", "0" * 64, tmp_path / "cache")


def test_a_store_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="cannot be read here"):
        fetch("gopher://models/1", "0" * 64, tmp_path / "cache")


@pytest.mark.parametrize("error", [RuntimeError("no credentials"), EOFError(), TimeoutError()])
def test_whatever_a_store_raises_it_may_be_asked_again(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, digest, _ = stored(tmp_path)

    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(LocalFileSystem, "open", fails)
    with pytest.raises(ArtifactUnavailable, match=type(error).__name__):
        fetch(url, digest, tmp_path / "cache")
    assert list((tmp_path / "cache").glob("*")) == []
