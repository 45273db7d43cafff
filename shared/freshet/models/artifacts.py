"""Where model folders are kept: any place that fsspec can reach, a folder on disk by default."""

import shutil
import tempfile
from pathlib import Path

import fsspec
import msgspec
from fsspec.core import url_to_fs

from freshet.models.manifest import (
    MANIFEST,
    MAX_FILE_BYTES,
    MAX_MANIFEST_BYTES,
    Manifest,
    ModelRefused,
    file_name_is_safe,
    read_manifest,
    sha256_of,
)

_CHUNK_BYTES = 1_048_576


class ArtifactUnavailable(Exception):
    """The store cannot be reached, or does not have the model (yet); worth another try."""


def store(folder: Path, root: str) -> tuple[str, str]:
    """Put a model folder into the store, the manifest last: what is half there is not there.

    Args:
        folder: with a manifest and the files that it names.
        root: URL of the store, such as `file:///var/lib/freshet/models` or `s3://bucket/models`.

    Returns:
        The URL of the stored folder, and the manifest's sha256.
    """
    manifest = read_manifest(folder)
    digest = sha256_of(folder / MANIFEST)
    # By content: a version that is made again does not change what others may be reading.
    url = f"{root.rstrip('/')}/{manifest.name}/{manifest.version}-{digest[:12]}"
    files, path = url_to_fs(url)
    files.makedirs(path, exist_ok=True)
    for name in [*manifest.file_names, MANIFEST]:
        files.put_file(str(folder / name), f"{path}/{name}")
    return url, digest


def fetch(url: str, manifest_sha256: str, cache: Path) -> Path:
    """A folder on this machine with the model of a URL, every byte of it checked.

    What was fetched before is checked again and used.

    Args:
        url: as `store` gave it.
        manifest_sha256: of the manifest, as the record of the model says.
        cache: a folder of ours.

    Raises:
        ModelRefused: it is not what the record and its manifest say.
        ArtifactUnavailable: the store could not be read.
    """
    target = cache / manifest_sha256[:32]
    try:
        if not target.exists():
            _fetch_into(target, url, manifest_sha256, cache)
        if sha256_of(target / MANIFEST) != manifest_sha256:
            raise ModelRefused(f"{target} was changed since it was fetched from {url}: remove it")
        read_manifest(target)
    except ModelRefused:
        raise
    # Each kind of store has errors of its own: without credentials, without an answer, on a cache
    # that is full or read-only. None of them says anything about the model.
    except Exception as error:
        raise ArtifactUnavailable(f"{url} cannot be fetched: {error!r}") from error
    return target


def _fetch_into(target: Path, url: str, manifest_sha256: str, cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    # A name of its own while it is fetched: two that fetch the same do not meet.
    partial = Path(tempfile.mkdtemp(prefix="fetching-", dir=cache))
    try:
        _download(url, manifest_sha256, partial)
        partial.replace(target)
    except OSError:
        # Another worker of this machine may have been faster.
        if not target.exists():
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _download(url: str, manifest_sha256: str, folder: Path) -> None:
    try:
        files, path = url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise ModelRefused(f"{url} is of a kind that cannot be read here: {error}") from error
    _copy(files, f"{path}/{MANIFEST}", folder / MANIFEST, MAX_MANIFEST_BYTES)
    if sha256_of(folder / MANIFEST) != manifest_sha256:
        raise ModelRefused(f"{url} has another manifest than its record on the models topic says")
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise ModelRefused(f"the manifest of {url} cannot be read: {error}") from error
    for name in manifest.file_names:
        if not file_name_is_safe(name):
            raise ModelRefused(f"{name!r} is not the name of a file of {url}")
        _copy(files, f"{path}/{name}", folder / name, MAX_FILE_BYTES)


def _copy(files: fsspec.AbstractFileSystem, source: str, target: Path, limit: int) -> None:
    """Copy a file, but never more of it than is allowed."""
    copied = 0
    with files.open(source, "rb") as reading, target.open("wb") as writing:
        while chunk := reading.read(_CHUNK_BYTES):
            copied += len(chunk)
            if copied > limit:
                raise ModelRefused(f"{source} is larger than {limit} bytes")
            writing.write(chunk)
