"""Texts to content vectors, by WordLlama: an LLM's token embeddings, averaged.

The model travels in its own wheel, needs no network, and reads English and Chinese.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import wordllama
from numpy.typing import NDArray

from freshet.domain.interest.knowledge import DIMENSION


class Embedder:
    """Embeds texts on this machine."""

    def __init__(self) -> None:
        self._model = wordllama.WordLlama.load(
            "l2_supercat",
            cache_dir=Path(wordllama.__file__).parent,
            trunc_dim=DIMENSION,
            disable_download=True,
        )

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Content vectors, shape [n, 128], unit length; zero for a text of unknown tokens."""
        vectors = np.nan_to_num(np.asarray(self._model.embed(list(texts)), np.float32))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, norms, out=vectors, where=norms > 1e-6)
        return vectors.astype("<f2")
