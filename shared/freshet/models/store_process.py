"""Stores are spoken to in a process of their own: whatever one does, that process can be ended.

A thread cannot be. Drivers of stores retry for many minutes, wait for ever on a disk that hangs,
and hold up the end of the process that they run in; they also take the cores' time from lists.
"""

import asyncio
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Literal

import msgspec

from freshet.models.artifacts import ArtifactUnavailable, fetch, store
from freshet.models.manifest import Damaged, ModelRefused
from freshet.models.store_names import masked

#: A store that has not answered in this time is given up, unless a setting says another.
STORE_TIMEOUT_S = 120.0

#: How long a process that is told to end may tidy up.
_GRACE_S = 1.0


class _Question(msgspec.Struct):
    """A folder to be stored under a URL, or what is under it to be fetched into a folder."""

    wish: Literal["fetch", "store"]
    url: str
    folder: str
    manifest_sha256: str = ""


class _Answer(msgspec.Struct, omit_defaults=True):
    """Where the model is now, or what went wrong."""

    place: str = ""
    manifest_sha256: str = ""
    refused: str = ""
    damaged: bool = False
    cause: str = ""
    text: str = ""


async def fetch_apart(url: str, manifest_sha256: str, cache: Path, timeout_s: float) -> Path:
    """As `fetch`, with a bound; to be cancelled at any time.

    Args:
        url: as `store` gave it.
        manifest_sha256: of the manifest.
        cache: a folder of ours.
        timeout_s: after so long it is given up.

    Raises:
        ModelRefused, Damaged, ArtifactUnavailable: as `fetch`; the last also for a store that has
            not answered in time.
    """
    answer = await _ask(_Question("fetch", url, str(cache), manifest_sha256), timeout_s)
    return Path(answer.place)


async def store_apart(folder: Path, root: str, timeout_s: float) -> tuple[str, str]:
    """As `store`, with a bound.

    Args:
        folder: of the model.
        root: URL of the store.
        timeout_s: after so long it is given up.

    Raises:
        ModelRefused, ArtifactUnavailable: as `store`; the second also for a store that has not
            answered in time.
    """
    answer = await _ask(_Question("store", root, str(folder)), timeout_s)
    return answer.place, answer.manifest_sha256


async def _ask(question: _Question, timeout_s: float) -> _Answer:
    try:
        async with asyncio.timeout(timeout_s):
            said, complaint = await _said(question)
    except TimeoutError as error:
        late = f"{question.url} has not answered within {timeout_s:.0f} s"
        raise ArtifactUnavailable(question.url, "timeout", late) from error
    except OSError as error:
        text = f"no process could be started to ask {question.url}: {error}"
        raise ArtifactUnavailable(question.url, type(error).__name__, text) from error
    try:
        answer = msgspec.json.decode(said, type=_Answer)
    except msgspec.DecodeError as error:
        *_, last = complaint.decode(errors="replace").strip().splitlines() or ["nothing"]
        text = f"the process that asked {question.url} failed and said: {last}"
        raise ArtifactUnavailable(question.url, "crash", text) from error
    if answer.refused:
        raise (Damaged if answer.damaged else ModelRefused)(answer.refused)
    if answer.cause:
        raise ArtifactUnavailable(question.url, answer.cause, answer.text)
    return answer


async def _said(question: _Question) -> tuple[bytes, bytes]:
    """What the process writes to its output and to its error output."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=pipe, stdout=pipe, stderr=pipe
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        # By its input, not as arguments: those are for all to see. It stays open: its end says
        # that we are gone.
        process.stdin.write(msgspec.json.encode(question) + b"\n")
        said, complaint = await asyncio.gather(process.stdout.read(), process.stderr.read())
        await process.wait()
        return said, complaint
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a process, kindly first; one that even so stays is waited for no longer."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(number)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _GRACE_S)


def _answer(question: _Question) -> _Answer:
    try:
        if question.wish == "fetch":
            folder = fetch(question.url, question.manifest_sha256, Path(question.folder))
            return _Answer(place=str(folder))
        url, digest = store(Path(question.folder), question.url)
        return _Answer(place=url, manifest_sha256=digest)
    except ModelRefused as refusal:
        return _Answer(refused=masked(str(refusal)), damaged=isinstance(refusal, Damaged))
    except ArtifactUnavailable as error:
        return _Answer(cause=error.cause, text=str(error))


def _leave_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(number: int, frame: FrameType | None) -> None:
    """Raise, so that what was half done is removed on the way out."""
    del number, frame
    sys.exit(1)


def main() -> None:
    """Answer one question, read as a line of JSON; leave at SIGTERM, or if nobody waits."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        question = msgspec.json.decode(sys.stdin.buffer.readline(), type=_Question)
        threading.Thread(target=_leave_with_parent, daemon=True).start()
        answer = _answer(question)
        sys.stdout.buffer.write(msgspec.json.encode(answer))
        sys.stdout.buffer.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        os._exit(1)
    # Drivers leave threads behind that would be waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
