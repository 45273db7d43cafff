"""Arrays and texts in one file, without pickle."""

import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class ExamplesRefused(Exception):
    """A folder of examples that cannot be read; the text says what to do."""


def packed(name: str, values: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Texts as their bytes in a row and where each ends: arrays that need no pickle."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in values]
    return {
        f"{name}.bytes": np.frombuffer(b"".join(encoded), np.uint8),
        f"{name}.ends": np.cumsum([len(one) for one in encoded], dtype=np.int64),
    }


def texts(file: Any, name: str) -> list[str]:
    """The texts that were packed under a name."""
    joined, ends = file[f"{name}.bytes"].tobytes(), file[f"{name}.ends"].tolist()
    starts = [0, *ends[:-1]]
    return [
        joined[start:end].decode("utf-8", "surrogatepass")
        for start, end in zip(starts, ends, strict=False)
    ]


def save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file in whole or not at all, whatever ends the process or the machine."""
    unfinished = path.with_suffix(".new")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The arrays of a file, read as they are asked for.

    Raises:
        ExamplesRefused: the file is damaged.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            yield file
    except (ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ExamplesRefused(f"{path} is damaged: delete {path.parent} ({error})") from error
