"""What the catalog service knows of words: WordLlama's vectors and a Chinese dictionary.

Both travel in their wheels and need no network.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import lindera
import numpy as np
import wordllama
from numpy.typing import NDArray

from freshet.domain.content.chinese import meanings, senses
from freshet.models.embedding import DIMENSION

#: Words whose vectors have at least this cosine are taken for synonyms.
SYNONYMS = 0.8

#: What the tokenizer puts before the first piece of a word.
_START = "\u2581"

#: Where the definition begins in what Lindera says of a word. It is cut at its commas.
_DEFINITION = 7

_REMEMBERED = 100_000


class WordLexicon:
    """English words by WordLlama, an LLM's token embeddings; Chinese ones by CC-CEDICT."""

    def __init__(self) -> None:
        self._model = wordllama.WordLlama.load(
            "l2_supercat",
            cache_dir=Path(wordllama.__file__).parent,
            trunc_dim=DIMENSION,
            disable_download=True,
        )
        places = {
            token.removeprefix(_START): place
            for token, place in self._model.tokenizer.get_vocab().items()
            if token.startswith(_START) and token[1:].isalpha() and token.islower()
        }
        self._english = list(places)
        self._vectors = _unit(self._model.embedding[list(places.values())])
        self._rows = {word: row for row, word in enumerate(self._english)}
        dictionary = lindera.load_dictionary("embedded://cc-cedict")
        self._tokenizer = lindera.Tokenizer(dictionary, mode="normal")
        self.synonyms = lru_cache(_REMEMBERED)(self._synonyms)
        self.meanings = lru_cache(_REMEMBERED)(self._meanings)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Content vectors of English texts, unit length, [n, 128]; zero for unknown tokens."""
        return _unit(self._model.embed(list(texts)) if texts else np.zeros((0, DIMENSION)))

    def words(self, chinese: str) -> list[str]:
        """The words of a run of Chinese characters, in order."""
        return [token.surface for token in self._tokenizer.tokenize(chinese)]

    def _meanings(self, chinese: str) -> list[str]:
        """What a Chinese name is in English, the likeliest first; nothing where it is unknown."""
        tokens = self._tokenizer.tokenize(chinese)
        return meanings([senses(",".join(token.details[_DEFINITION:])) for token in tokens])

    def _synonyms(self, word: str) -> frozenset[str]:
        """Words with a vector near that of a word; none for a word known in pieces only.

        A piece has something of all words that it is in, so spa is near to spy.
        """
        row = self._rows.get(word)
        if row is None:
            return frozenset()
        near = np.flatnonzero(self._vectors @ self._vectors[row] >= SYNONYMS)
        return frozenset(self._english[one] for one in near) - {word}


def _unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    vectors = np.nan_to_num(np.asarray(vectors, np.float32))
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, norms, out=vectors, where=norms > 1e-6)
    return vectors
