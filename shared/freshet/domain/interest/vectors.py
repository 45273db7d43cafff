"""A user's interest as three content vectors, derived where they are used, for many at once."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Interests
from freshet.domain.interest.slow import SLOW_HALF_LIFE_MS, slow_of
from freshet.domain.interest.strength import STRENGTH

#: What the user is after in this hour, and in these days.
FAST_HALF_LIFE_MS = 3_600_000
MIDDLING_HALF_LIFE_MS = 3 * 24 * 3_600_000

_RATES = 1.0 / np.array(
    [[[FAST_HALF_LIFE_MS]], [[MIDDLING_HALF_LIFE_MS]], [[SLOW_HALF_LIFE_MS]]], np.float64
)


def interest_vectors(
    states: Sequence[Interests], rows: Mapping[str, int], embeddings: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Fast, middling and slow interest of each user.

    Each is the sum of the remembered items' embeddings, weighted by the strength of the act and
    by its age, counted back from the user's newest act; the slow one starts from the state's
    slow vector. One product for all users.

    Args:
        states: of b users.
        rows: row of each known item in `embeddings`.
        embeddings: content vectors, shape [n, 128].

    Returns:
        Shape [b, 3, 128], each vector of unit length, or zero where nothing is known.
    """
    dimension = embeddings.shape[1]
    length = max((len(state.recent) for state in states), default=0)
    vectors = np.zeros((len(states), 3, dimension), np.float32)
    if length:
        row = np.zeros((len(states), length), np.int64)
        strength = np.zeros((len(states), length))
        age = np.zeros((len(states), length))
        for user, state in enumerate(states):
            recent, n = state.recent, len(state.recent)
            if n:
                found = np.array([rows.get(item_id, -1) for item_id in recent.items])
                acts = [STRENGTH[kind] for kind in recent.kinds]
                times = np.array(recent.times_ms)
                row[user, :n] = np.maximum(found, 0)
                strength[user, :n] = np.where(found < 0, 0.0, acts)
                age[user, :n] = times[-1] - times
        weights = (strength * np.exp2(-age * _RATES)).transpose(1, 0, 2)
        vectors = weights.astype(np.float32) @ embeddings[row]
    for user, state in enumerate(states):
        if state.slow_vector:
            newest_ms = max(state.recent.times_ms, default=state.slow_time_ms)
            fade = 2.0 ** ((state.slow_time_ms - newest_ms) / SLOW_HALF_LIFE_MS)
            vectors[user, 2] += np.float32(fade) * slow_of(state.slow_vector)
    norms = np.linalg.norm(vectors, axis=2, keepdims=True)
    np.divide(vectors, norms, out=vectors, where=norms > 1e-6)
    return vectors
