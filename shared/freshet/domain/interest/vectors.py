"""A user's interest as three content vectors, derived where they are used, for many at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Interests
from freshet.domain.interest.recent_interactions import RecentInteractions
from freshet.domain.interest.slow import SLOW_HALF_LIFE_MS, slow_of

#: What the user is after in this hour, and in these days.
FAST_HALF_LIFE_MS = 3_600_000
MIDDLING_HALF_LIFE_MS = 3 * 24 * 3_600_000

_RATES = 1.0 / np.array([[FAST_HALF_LIFE_MS], [MIDDLING_HALF_LIFE_MS], [SLOW_HALF_LIFE_MS]])


def interest_vectors(
    states: Sequence[Interests | None],
    interactions: RecentInteractions,
    embeddings: NDArray[np.float32],
    space: str,
) -> NDArray[np.float32]:
    """Fast, middling and slow interest of each user.

    Each is the sum of the remembered items' embeddings, weighted by the strength of the interaction
    and by its age, counted back from the user's newest interaction; the slow one starts from the
    state's slow vector. One product for all users.

    Args:
        states: of b users; None for a user of whom nothing is known.
        interactions: what they remember.
        embeddings: content vectors by row, shape [n, 128].
        space: that they are in.

    Returns:
        Shape [b, 3, 128], each vector of unit length, or zero where nothing is known.
    """
    strength = np.where(interactions.rows < 0, np.float32(0), interactions.strength)
    weights = strength[:, None] * np.exp2(-interactions.age_ms[:, None] * _RATES).astype(np.float32)
    vectors = weights @ embeddings[interactions.rows]
    for user, state in enumerate(states):
        if state is not None and state.slow_vector:
            newest_ms = max(state.recent.times_ms, default=state.slow_time_ms)
            fade = 2.0 ** ((state.slow_time_ms - newest_ms) / SLOW_HALF_LIFE_MS)
            vectors[user, 2] += np.float32(fade) * slow_of(state.slow_vector, space)
    norms = np.linalg.norm(vectors, axis=2, keepdims=True)
    np.divide(vectors, norms, out=vectors, where=norms > 1e-6)
    return vectors
