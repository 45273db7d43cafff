"""Where model folders are kept: any place that fsspec can reach, a folder on disk by default.

Stores hang, and drivers raise what they like. Services speak to them by `store_process` only.
"""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import fsspec
import msgspec
from fsspec.core import url_to_fs

from freshet.models.manifest import (
    MANIFEST,
    MAX_FILE_BYTES,
    MAX_MANIFEST_BYTES,
    Damaged,
    Manifest,
    ModelRefused,
    file_name_is_safe,
    read_manifest,
    sha256_of,
)
from freshet.models.store_names import masked, store_of

log = logging.getLogger("freshet.models")

_CHUNK_BYTES = 1_048_576

#: What a fetch was killed over is removed by a later one.
_LEFT_BEHIND_S = 3_600.0


class ArtifactUnavailable(Exception):
    """The store cannot be reached, or does not have the model (yet); worth another try.

    Args:
        url: that was asked for.
        cause: one word: `timeout`, or the name of what was raised.
        text: what happened, for a person.

    Attributes:
        store: whose fault it is, without secrets; few values, fit for a label.
        cause: as given.
    """

    def __init__(self, url: str, cause: str, text: str) -> None:
        super().__init__(masked(text))
        self.store = store_of(url)
        self.cause = cause


class _NotWritable(Exception):
    """A folder of this machine is read-only or full: no fault of the store."""


def temporary_cache() -> Path:
    """Where fetched models are kept if nothing else is said, writable or not."""
    return Path(os.environ.get("TMPDIR", "/tmp"), "freshet-models")  # noqa: S108


def store(folder: Path, root: str) -> tuple[str, str]:
    """Put a model folder into the store, the manifest last: what is half there is not there.

    Args:
        folder: with a manifest and the files that it names.
        root: URL of the store, such as `file:///var/lib/freshet/models` or `s3://bucket/models`.

    Returns:
        The URL of the stored folder, and the manifest's sha256.

    Raises:
        ModelRefused: the folder is no model.
        ArtifactUnavailable: the store does not take it.
    """
    manifest = read_manifest(folder)
    digest = sha256_of(folder / MANIFEST)
    # By content: a version that is made again does not change what others may be reading.
    url = f"{root.rstrip('/')}/{manifest.name}/{manifest.version}-{digest[:12]}"
    with _unavailable(url, "be stored"):
        files, path = url_to_fs(url)
        files.makedirs(path, exist_ok=True)
        for name in [*manifest.file_names, MANIFEST]:
            files.put_file(str(folder / name), f"{path}/{name}")
    return url, digest


def fetch(url: str, manifest_sha256: str, cache: Path) -> Path:
    """A folder on this machine with the model of a URL, every byte of it checked.

    What was fetched before is checked again and used, without the store. A cache that is read-only
    or full is no reason to fail: a temporary folder does, and in the end one in memory.

    Args:
        url: as `store` gave it.
        manifest_sha256: of the manifest, as the record of the model says.
        cache: a folder of ours.

    Raises:
        ModelRefused: it is not fit to serve, or of a kind of store that cannot be read here.
        Damaged: the store sent something else than the record says; the next time it may not.
        ArtifactUnavailable: the store could not be read, whatever its driver raised.
    """
    memory = Path("/dev/shm/freshet-models")  # noqa: S108
    places = list(dict.fromkeys((cache, temporary_cache(), memory)))
    for place in places:
        with suppress(OSError, ModelRefused):
            return _checked(place / manifest_sha256[:32], manifest_sha256)
    with _unavailable(url, "be fetched"):
        try:
            files, path = url_to_fs(url)
        except (ValueError, ImportError) as error:
            kind = f"{masked(url)} is of a kind that cannot be read here"
            raise ModelRefused(f"{kind}: {masked(str(error))}") from error
        manifest = _read(files, f"{path}/{MANIFEST}", MAX_MANIFEST_BYTES)
        if sha256(manifest).hexdigest() != manifest_sha256:
            raise Damaged(f"{masked(url)} has another manifest than its record says")
        for place in places:
            try:
                return _fetch_into(place, files, path, manifest, manifest_sha256)
            except _NotWritable as error:
                log.warning("models cannot be kept in %s: %s", place, error)
        raise OSError(f"no folder of this machine takes it: {', '.join(map(str, places))}")


@contextmanager
def _unavailable(url: str, what: str) -> Iterator[None]:
    """Make one error of all that stores and their drivers raise; a refusal passes."""
    try:
        yield
    except ModelRefused:
        raise
    # Each driver has errors of its own. None of them says anything about the model.
    except Exception as error:
        cause = type(error).__name__
        raise ArtifactUnavailable(url, cause, f"{url} cannot {what}: {error!r}") from error


@contextmanager
def _writing() -> Iterator[None]:
    """Tell a disk of this machine that fails from a store that does."""
    try:
        yield
    except OSError as error:
        raise _NotWritable(str(error)) from error


def _fetch_into(
    place: Path, files: fsspec.AbstractFileSystem, path: str, manifest: bytes, digest: str
) -> Path:
    target = place / digest[:32]
    with _writing():
        place.mkdir(parents=True, exist_ok=True)
        _tidy(place)
        # A name of its own while it is fetched: two that fetch the same do not meet.
        partial = Path(tempfile.mkdtemp(prefix="fetching-", dir=place))
    try:
        with _writing():
            (partial / MANIFEST).write_bytes(manifest)
        for name in _names(manifest, path):
            _copy(files, f"{path}/{name}", partial / name, MAX_FILE_BYTES)
        _checked(partial, digest)
        with _writing():
            _put(partial, target, digest)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def _names(manifest: bytes, path: str) -> list[str]:
    try:
        names = msgspec.json.decode(manifest, type=Manifest).file_names
    except msgspec.DecodeError as error:
        raise ModelRefused(f"the manifest of {masked(path)} cannot be read: {error}") from error
    for name in names:
        if not file_name_is_safe(name):
            raise ModelRefused(f"{name!r} is not the name of a file of {masked(path)}")
    return names


def _copy(files: fsspec.AbstractFileSystem, source: str, target: Path, limit: int) -> None:
    """Copy a file, but never more of it than is allowed."""
    copied = 0
    with files.open(source, "rb") as reading:
        while chunk := reading.read(_CHUNK_BYTES):
            copied += len(chunk)
            if copied > limit:
                raise ModelRefused(f"{masked(source)} is larger than {limit} bytes")
            # Opened for each: what closing it raises is the disk's as well.
            with _writing(), target.open("ab") as writing:
                writing.write(chunk)


def _read(files: fsspec.AbstractFileSystem, source: str, limit: int) -> bytes:
    with files.open(source, "rb") as reading:
        content = bytearray()
        while chunk := reading.read(_CHUNK_BYTES):
            content += chunk
            if len(content) > limit:
                raise ModelRefused(f"{masked(source)} is larger than {limit} bytes")
    return bytes(content)


def _checked(folder: Path, digest: str) -> Path:
    """The folder, if it is whole and what the digest says."""
    if sha256_of(folder / MANIFEST) != digest:
        raise Damaged(f"{folder} has another manifest than its record says")
    read_manifest(folder)
    return folder


def _put(partial: Path, target: Path, digest: str) -> None:
    """Move a folder to its place; who is there already was faster, or is damaged and goes."""
    try:
        partial.replace(target)
    except OSError:
        with suppress(OSError, ModelRefused):
            _checked(target, digest)
            return
        shutil.rmtree(target)
        partial.replace(target)


def _tidy(place: Path) -> None:
    """Remove what fetches were killed over."""
    for one in place.glob("fetching-*"):
        with suppress(FileNotFoundError):
            if one.stat().st_mtime < time.time() - _LEFT_BEHIND_S:
                shutil.rmtree(one, ignore_errors=True)
