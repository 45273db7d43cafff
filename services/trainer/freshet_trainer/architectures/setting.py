"""What a new model may know of where it is trained."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import ItemTable


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The items, as far as an architecture wants to begin with them.

    Attributes:
        tag_names: the most frequent interest tags of the catalogue, most frequent first.
        tag_vectors: mean content vector of the items that carry each, less the mean of all, unit
            length, [t, 128].
    """

    tag_names: list[str]
    tag_vectors: NDArray[np.float32]


def setting_of(table: ItemTable, tags: int = 64) -> Setting:
    """The setting of an item table, with at most so many tags."""
    rows: dict[str, list[int]] = {}
    for row, carried in enumerate(table.tags):
        for name in carried:
            rows.setdefault(name, []).append(row)
    names = sorted(rows, key=lambda name: (-len(rows[name]), name))[:tags]
    mean = table.embedding.mean(axis=0)
    vectors = [table.embedding[rows[name]].mean(axis=0) - mean for name in names]
    stacked = np.stack(vectors) if vectors else np.zeros((0, table.embedding.shape[1]), np.float32)
    norms = np.maximum(np.linalg.norm(stacked, axis=1, keepdims=True), 1e-6)
    return Setting(tag_names=names, tag_vectors=(stacked / norms).astype(np.float32))
