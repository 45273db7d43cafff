"""What understanding must know of words and texts; the catalog service provides it."""

from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Lexicon(Protocol):
    """Words of English and Chinese, and the space that English texts are embedded in."""

    def synonyms(self, word: str) -> Collection[str]:
        """English words that mean about the same, by their vectors; without the word itself."""
        ...

    def words(self, chinese: str) -> Sequence[str]:
        """The words of a run of Chinese characters, in order."""
        ...

    def meanings(self, chinese: str) -> Sequence[str]:
        """What a Chinese name is in English, the likeliest first; nothing where it is unknown."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Content vectors of English texts, unit length or zero, [n, 128]."""
        ...
