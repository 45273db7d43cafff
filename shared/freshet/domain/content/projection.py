"""Content vectors of any length, brought to the length that everything here is built for."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from freshet.models.embedding import DIMENSION

_SEED = 128


def space_of(model: str) -> str:
    """The embedding version of an endpoint's model: its vectors are projected, so it is another."""
    return f"{model}-{DIMENSION}"


def projected(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors [n, d] of a model as content vectors [n, 128] of unit length, zero where they are.

    Longer ones are multiplied by a random matrix, always the same for a length: cosines change by
    some 1/sqrt(128), whatever the model (Johnson and Lindenstrauss, 1984). Cutting them off would
    keep more of models that were trained for that, and ruin those of all others. Shorter ones are
    filled up with zeros.
    """
    length = vectors.shape[1]
    if length > DIMENSION:
        vectors = vectors @ _directions(length)
    made = np.zeros((len(vectors), DIMENSION), np.float32)
    made[:, : vectors.shape[1]] = vectors
    norms = np.linalg.norm(made, axis=1, keepdims=True)
    np.divide(made, norms, out=made, where=norms > 1e-6)
    return made


@lru_cache(maxsize=4)
def _directions(length: int) -> NDArray[np.float32]:
    # The old generator, as its numbers will never change (NumPy's NEP 19).
    return np.random.RandomState(_SEED).standard_normal((length, DIMENSION)).astype(np.float32)
