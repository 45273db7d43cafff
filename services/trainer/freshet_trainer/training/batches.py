"""Lists in batches, each with a small table of the items that it speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.models.features import CROSS_FEATURES


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lists. Items are encoded once, however many lists show them.

    Attributes:
        items: the item encoder's inputs, [m, ...] each; row 0 stands for padding.
        candidates: rows of `items`, 0 pads, int32 [b, k].
        recent: rows of `items` of the last acts, 0 pads, int32 [b, 32].
        user: the user encoder's inputs but `recent_vectors`, [b, ...] each.
        cross: features of the candidates, [b, k, f].
        labels: 1 where it was clicked, [b, k].
    """

    items: dict[str, NDArray[np.generic]]
    candidates: NDArray[np.int32]
    recent: NDArray[np.int32]
    user: dict[str, NDArray[np.generic]]
    cross: NDArray[np.float32]
    labels: NDArray[np.float32]


def batch_of(
    examples: Examples, table: ItemTable, which: NDArray[np.integer], features: tuple[str, ...]
) -> Batch:
    """The lists of these numbers, with the cross features of these names."""
    candidates, recent = examples.items[which], examples.recent_items[which]
    rows, places = np.unique(
        np.concatenate([[-1], candidates.ravel(), recent.ravel()]), return_inverse=True
    )
    # -1, the padding, is the smallest and so has place 0; its inputs are those of row 0, unread.
    shown = np.maximum(rows, 0)
    places = places[1:].astype(np.int32)
    columns = [CROSS_FEATURES.index(name) for name in features]
    return Batch(
        items={
            "embedding": table.embedding[shown],
            "item_hash": table.item_hash[shown],
            "item_tokens": table.item_tokens[shown].astype(np.int32),
        },
        candidates=places[: candidates.size].reshape(candidates.shape),
        recent=places[candidates.size :].reshape(recent.shape),
        user={
            "interest_vectors": examples.interest_vectors[which].astype(np.float32),
            "recent_acts": examples.recent_acts[which],
            "user_tokens": examples.user_tokens[which],
        },
        cross=examples.cross[which][:, :, columns],
        labels=examples.labels[which],
    )


def batches(
    examples: Examples,
    table: ItemTable,
    features: tuple[str, ...],
    size: int,
    random: Generator | None,
) -> Iterator[Batch]:
    """All lists once, `size` at a time; shuffled if there is a source of chance."""
    order = np.arange(len(examples)) if random is None else random.permutation(len(examples))
    for start in range(0, len(order), size):
        yield batch_of(examples, table, order[start : start + size], features)
