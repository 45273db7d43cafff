"""The slow vector: the content of what a user did before the acts that are still remembered."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import SignalKind
from freshet.domain.interest.knowledge import DIMENSION, Knowledge
from freshet.domain.interest.strength import STRENGTH

#: Two months: what someone has always liked.
SLOW_HALF_LIFE_MS = 60 * 24 * 3_600_000

_BYTES = 2 * DIMENSION


def slow_of(encoded: bytes) -> NDArray[np.float32]:
    """The vector of a state's field, shape [128]; zero where there is none yet."""
    if len(encoded) != _BYTES:
        return np.zeros(DIMENSION, np.float32)
    return np.frombuffer(encoded, "<f2").astype(np.float32)


def absorb(
    encoded: bytes,
    as_of_ms: int,
    leaving: Sequence[tuple[str, SignalKind, int]],
    knowledge: Knowledge,
) -> tuple[bytes, int]:
    """Take the acts that leave the memory into the slow vector.

    Args:
        encoded: the slow vector so far, float16.
        as_of_ms: the time that it is as of.
        leaving: item, kind and time of each, oldest first; unknown items are forgotten.
        knowledge: the items.

    Returns:
        The new vector and the time that it is as of.
    """
    now_ms = max(as_of_ms, leaving[-1][2])
    vector = slow_of(encoded) * np.float32(2.0 ** ((as_of_ms - now_ms) / SLOW_HALF_LIFE_MS))
    weights = [
        STRENGTH[kind] * 2.0 ** ((time_ms - now_ms) / SLOW_HALF_LIFE_MS)
        for _, kind, time_ms in leaving
    ]
    embeddings = knowledge.embeddings_of([item_id for item_id, _, _ in leaving])
    vector += np.array(weights, np.float32) @ embeddings
    return vector.astype("<f2").tobytes(), now_ms
