"""What a new model may know of where it is trained."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.models.graph_inputs import NUMBERS
from freshet_trainer.architectures.standard import Scale, scale_of


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The items and lists, as far as an architecture wants to begin with them.

    Attributes:
        tag_names: the most frequent interest tags of the catalogue, most frequent first.
        tag_vectors: mean content vector of the items that carry each, less the mean of all, unit
            length, [t, 128].
        numbers: the numeric attributes that at least half of the items have, at most 8, most
            frequent first.
        number_scale: of `item_numbers`, 8 columns.
        cross_scale: of the cross features of shown items, in the order of `CROSS_FEATURES`.
    """

    tag_names: list[str]
    tag_vectors: NDArray[np.float32]
    numbers: list[str]
    number_scale: Scale
    cross_scale: Scale


def setting_of(table: ItemTable, examples: Examples, tags: int = 64) -> Setting:
    """The setting of a training.

    Args:
        table: the items.
        examples: the lists that are learned from, and no others.
        tags: how many tags are named, at most.
    """
    names = _numbers(table)
    shown = examples.items >= 0
    tag_names, tag_vectors = _tags(table, tags)
    return Setting(
        tag_names=tag_names,
        tag_vectors=tag_vectors,
        numbers=names,
        number_scale=scale_of(table.numbers.read(np.arange(len(table.ids)), names)),
        cross_scale=scale_of(examples.cross[shown]),
    )


def _numbers(table: ItemTable) -> list[str]:
    counts = table.numbers.counts()
    common = [name for name, count in counts.items() if 2 * count >= len(table.ids)]
    return sorted(common, key=lambda name: (-counts[name], name))[:NUMBERS]


def _tags(table: ItemTable, count: int) -> tuple[list[str], NDArray[np.float32]]:
    rows: dict[str, list[int]] = {}
    for row, carried in enumerate(table.tags):
        for name in carried:
            rows.setdefault(name, []).append(row)
    names = sorted(rows, key=lambda name: (-len(rows[name]), name))[:count]
    mean = table.embedding.mean(axis=0)
    vectors = [table.embedding[rows[name]].mean(axis=0) - mean for name in names]
    stacked = np.stack(vectors) if vectors else np.zeros((0, table.embedding.shape[1]), np.float32)
    norms = np.maximum(np.linalg.norm(stacked, axis=1, keepdims=True), 1e-6)
    return names, (stacked / norms).astype(np.float32)
