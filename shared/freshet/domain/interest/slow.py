"""The slow vector: the content of what a user did before what is still remembered.

It ends with a mark of the space that it is in. Where another space is served it says nothing, and
the next interactions that leave the memory begin a new one. What is
remembered one by one is not touched by that: its vectors are looked up where they are used.
"""

from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Recent
from freshet.domain.interest.item_lookup import ItemLookup
from freshet.domain.interest.strength import STRENGTH
from freshet.models.embedding import DIMENSION

#: Two months: what someone has always liked.
SLOW_HALF_LIFE_MS = 60 * 24 * 3_600_000

_BYTES = 2 * DIMENSION


def slow_of(encoded: bytes, space: str) -> NDArray[np.float32]:
    """The vector of a state's field in a space, shape [128]; zero where there is none in it."""
    if encoded[_BYTES:] != _mark(space):
        return np.zeros(DIMENSION, np.float32)
    return np.frombuffer(encoded, "<f2", DIMENSION).astype(np.float32)


def absorb(
    encoded: bytes,
    as_of_ms: int,
    leaving: Recent,
    knowledge: ItemLookup,
) -> tuple[bytes, int]:
    """Take the interactions that leave the memory into the slow vector.

    Args:
        encoded: the slow vector so far.
        as_of_ms: the time that it is as of.
        leaving: the interactions; unknown items are forgotten.
        knowledge: the items.

    Returns:
        The new vector and the time that it is as of.
    """
    now_ms = max(as_of_ms, leaving.times_ms[-1])
    weights = [
        STRENGTH[kind] * 2.0 ** ((time_ms - now_ms) / SLOW_HALF_LIFE_MS)
        for kind, time_ms in zip(leaving.kinds, leaving.times_ms, strict=True)
    ]
    vector = np.array(weights, np.float32).dot(knowledge.embeddings_of(leaving.items))
    space = knowledge.embedding_version
    if encoded:
        vector += slow_of(encoded, space) * 2.0 ** ((as_of_ms - now_ms) / SLOW_HALF_LIFE_MS)
    return vector.astype("<f2").tobytes() + _mark(space), now_ms


@lru_cache(maxsize=16)
def _mark(space: str) -> bytes:
    return crc32(space.encode()).to_bytes(4, "little")
