"""Random examples of all that models read, for the tests of training and of graphs."""

import numpy as np

from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.models.graph_inputs import (
    ITEM_TOKENS,
    PASSED,
    RECENT,
    USER_TOKENS,
    VOCABULARY,
    item_hash,
)
from freshet.models.item_numbers import ItemNumbers


def table(items: int = 40) -> ItemTable:
    """Items of which most have a price, every other one a length, and few a depth."""
    random = np.random.default_rng(3)
    vectors = random.normal(size=(items, 128)).astype(np.float32)
    numbers = [
        {
            "price": float(random.lognormal(3, 2)),
            **({"length": float(n)} if n % 2 else {}),
            **({"depth": 1.0} if n % 5 == 0 else {}),
        }
        for n in range(items)
    ]
    return ItemTable(
        ids=[f"item-{n}" for n in range(items)],
        embedding=vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        item_hash=np.array([item_hash(f"item-{n}") for n in range(items)], np.int32),
        item_tokens=random.integers(0, VOCABULARY, (items, ITEM_TOKENS)).astype(np.int32),
        tags=[(f"tag {n % 6}", f"only {n}") for n in range(items)],
        numbers=ItemNumbers.of(numbers),
    )


def examples(lists: int = 60, k: int = 6, items: int = 40) -> Examples:
    """Lists of people who click on what has the larger first cross feature; some are short."""
    random = np.random.default_rng(4)

    def rows(width: int) -> np.ndarray:
        found = random.integers(0, items, (lists, width)).astype(np.int32)
        gone = random.integers(0, width + 1, lists)
        found[np.arange(width) < gone[:, None]] = -1
        return found

    shown = np.stack([random.permutation(items)[:k] for _ in range(lists)]).astype(np.int32)
    shown[::4, -1] = -1
    cross = random.normal(size=(lists, k, len(CROSS_FEATURES))).astype(np.float32)
    labels = ((cross[:, :, 0] > 0.3) & (shown >= 0)).astype(np.float32)
    recent = rows(RECENT)
    acts = random.normal(size=(lists, RECENT, 3)).astype(np.float32)
    acts[:, :, 0] = 1
    interests = random.normal(size=(lists, 3, 128))
    interests /= np.linalg.norm(interests, axis=2, keepdims=True)
    return Examples(
        list_ids=np.array([f"list-{n}" for n in range(lists)], object),
        user_ids=np.array([f"user-{n % 7}" for n in range(lists)], object),
        time_ms=np.arange(lists, dtype=np.int64),
        items=shown,
        labels=labels,
        cross=cross,
        interest_vectors=interests.astype(np.float32),
        recent_items=recent,
        recent_acts=acts * (recent >= 0)[:, :, None],
        passed_items=rows(PASSED),
        user_tokens=random.integers(0, VOCABULARY, (lists, USER_TOKENS)).astype(np.int32),
        signals=(recent >= 0).sum(axis=1).astype(np.int32),
        item_clicks=np.zeros((lists, k), np.float32),
        models=np.array([""] * lists, object),
    )
