"""Shown lists as arrays: what was known before each, and what was clicked in it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from freshet.models.item_numbers import ItemNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTable:
    """All items that examples speak of, a row an item.

    Attributes:
        ids: item ids, by row.
        embedding: content vectors, float32 [m, 128].
        item_hash: buckets of the ids, int32 [m].
        item_tokens: buckets of the words, int32 [m, 48].
        tags: interest tags of each, strongest first.
        numbers: numeric attributes of each.
    """

    ids: Sequence[str]
    embedding: NDArray[np.float32]
    item_hash: NDArray[np.int32]
    item_tokens: NDArray[np.int32]
    tags: Sequence[tuple[str, ...]]
    numbers: ItemNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """N shown lists in the order of their time, each with at most K items.

    Everything but `labels` was known strictly before the list was shown, by the very functions
    that serve: the fold, the trends, the cross features.

    Attributes:
        list_ids: event ids of the impressions, object [n].
        user_ids: for whom, object [n].
        time_ms: when, int64 [n].
        items: rows of the item table from the top of the list, -1 pads, int32 [n, k].
        labels: 1 where it was clicked, float32 [n, k].
        cross: in the order of `CROSS_FEATURES`, float32 [n, k, f].
        interest_vectors: float32 [n, 3, 128].
        recent_items: rows of the last acts, newest last, -1 pads, int32 [n, 32].
        recent_acts: as `models.inputs` says, float32 [n, 32, 3].
        passed_items: rows of what was passed over, newest last, -1 pads, int32 [n, 64].
        user_tokens: int32 [n, 24].
        signals: how many acts and searches of the user were known, int32 [n].
        item_clicks: how often each item had been clicked before, decayed, float32 [n, k].
        models: label of the model that made the list, "" where it was not ours, object [n].
    """

    list_ids: NDArray[np.object_]
    user_ids: NDArray[np.object_]
    time_ms: NDArray[np.int64]
    items: NDArray[np.int32]
    labels: NDArray[np.float32]
    cross: NDArray[np.float32]
    interest_vectors: NDArray[np.float32]
    recent_items: NDArray[np.int32]
    recent_acts: NDArray[np.float32]
    passed_items: NDArray[np.int32]
    user_tokens: NDArray[np.int32]
    signals: NDArray[np.int32]
    item_clicks: NDArray[np.float32]
    models: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.time_ms)

    def __getitem__(self, which: NDArray[np.integer] | NDArray[np.bool_] | slice) -> "Examples":
        """Some of the lists, all fields alike."""
        return Examples(**{one.name: getattr(self, one.name)[which] for one in fields(self)})
