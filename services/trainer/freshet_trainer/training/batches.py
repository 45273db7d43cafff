"""Lists in batches, each with a small table of the items that it speaks of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.ranking.features.registry import CROSS_FEATURES


class Reads(Protocol):
    """What a model reads that is named: towers and manifests both say it."""

    @property
    def cross_features(self) -> Sequence[str]:
        """Names of the cross features, in the model's order."""
        ...

    @property
    def numbers(self) -> Sequence[str]:
        """Names of the items' numeric attributes, in the model's order."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lists. Items are encoded once, however many lists show them.

    Attributes:
        items: the item encoder's inputs, [m, ...] each; row 0 stands for padding.
        candidates: rows of `items`, 0 pads, int32 [b, k].
        recent: rows of `items` of the last acts, 0 pads, int32 [b, 32].
        passed: rows of `items` of what was passed over, 0 pads, int32 [b, 64].
        user: the user encoder's inputs but the items' vectors, [b, ...] each.
        cross: features of the candidates, [b, k, f].
        labels: 1 where it was clicked, [b, k].
    """

    items: dict[str, NDArray[np.generic]]
    candidates: NDArray[np.int32]
    recent: NDArray[np.int32]
    passed: NDArray[np.int32]
    user: dict[str, NDArray[np.generic]]
    cross: NDArray[np.float32]
    labels: NDArray[np.float32]


def batch_of(
    examples: Examples, table: ItemTable, which: NDArray[np.integer], model: Reads
) -> Batch:
    """The lists of these places, as a model reads them."""
    width = examples.items.shape[1]
    spoken = np.concatenate(
        [examples.items[which], examples.recent_items[which], examples.passed_items[which]], axis=1
    )
    rows, places = np.unique(np.append(spoken, -1), return_inverse=True)
    # -1, the padding, is the smallest and so has place 0; its inputs are those of row 0, unread.
    shown = np.maximum(rows, 0)
    table_rows: NDArray[np.int32] = places[:-1].reshape(spoken.shape).astype(np.int32)
    recent_end = width + examples.recent_items.shape[1]
    columns = [CROSS_FEATURES.index(name) for name in model.cross_features]
    return Batch(
        items={
            "embedding": table.embedding[shown],
            "item_hash": table.item_hash[shown],
            "item_tokens": table.item_tokens[shown].astype(np.int32),
            "item_numbers": table.numbers.read(shown, model.numbers),
        },
        candidates=table_rows[:, :width],
        recent=table_rows[:, width:recent_end],
        passed=table_rows[:, recent_end:],
        user={
            "interest_vectors": examples.interest_vectors[which].astype(np.float32),
            "recent_acts": examples.recent_acts[which],
            "passed_there": (examples.passed_items[which] >= 0).astype(np.float32),
            "user_tokens": examples.user_tokens[which],
        },
        cross=examples.cross[which][:, :, columns],
        labels=examples.labels[which],
    )


def batches(
    examples: Examples,
    table: ItemTable,
    model: Reads,
    size: int,
    random: Generator | None,
) -> Iterator[Batch]:
    """All lists once, `size` at a time; shuffled if there is a source of chance."""
    order = np.arange(len(examples)) if random is None else random.permutation(len(examples))
    for start in range(0, len(order), size):
        yield batch_of(examples, table, order[start : start + size], model)


def forgetful(batch: Batch, share: float, random: Generator) -> Batch:
    """A batch in which so much of what users did and passed over is hidden, by chance."""
    acts = random.random(batch.recent.shape) >= share
    passed = random.random(batch.passed.shape) >= share
    return replace(
        batch,
        recent=batch.recent * acts,
        passed=batch.passed * passed,
        user={
            **batch.user,
            "recent_acts": batch.user["recent_acts"] * acts[:, :, None],
            "passed_there": batch.user["passed_there"] * passed,
        },
    )
