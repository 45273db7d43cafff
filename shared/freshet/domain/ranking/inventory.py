"""All items as arrays, a row an item, so that a micro-batch of users is scored at once."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import CatalogItem
from freshet.domain.interest.knowledge import DIMENSION

#: Interest tags of an item that matching looks at.
MAX_TAGS = 12

_WORD = re.compile(r"[^\W_]+")


class Inventory:
    """What can be recommended.

    A row, once given to an item id, stays its own: a withdrawn item becomes unavailable. An item
    that is only known by its trend has a row too, unavailable until the catalog tells of it.

    Attributes:
        rows: item id to row.
        ids: row to item id.
        embeddings: content vectors, shape [capacity, 128], unit length.
        vectors: the model's item vectors, shape [capacity, e].
        available: may be recommended.
        published_ms: when it came.
        categories: code of the category, 0 for none.
        tags: codes of the interest tags, padded with 0, shape [capacity, 12].
        tag_names: the interest tags of each row.
        refused: entries whose embedding is of another space or form.
    """

    def __init__(self, vector_dimension: int, embedding_version: str) -> None:
        self.rows: dict[str, int] = {}
        self.ids: list[str] = []
        self.tag_names: list[tuple[str, ...]] = []
        self.tag_codes: dict[str, int] = {}
        self.category_codes: dict[str, int] = {}
        self.refused = 0
        self._embedding_version = embedding_version
        self._codes_by_word: dict[str, set[int]] = {}
        self._rows_by_code: dict[int, list[int]] = {}
        capacity = 1024
        self.embeddings = np.zeros((capacity, DIMENSION), np.float32)
        self.vectors = np.zeros((capacity, vector_dimension), np.float32)
        self.available = np.zeros(capacity, np.bool_)
        self.published_ms = np.zeros(capacity, np.float64)
        self.categories = np.zeros(capacity, np.int32)
        self.tags = np.zeros((capacity, MAX_TAGS), np.int32)

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, item_id: str) -> int:
        """The row of an item; a new one where it has none."""
        row = self.rows.get(item_id)
        if row is None:
            row = self.rows[item_id] = len(self.ids)
            self.ids.append(item_id)
            self.tag_names.append(())
            if row == len(self.available):
                self._grow()
        return row

    def readable(self, item: CatalogItem) -> NDArray[np.float32] | None:
        """The item's content vector, or None (and counted) where it is not one of this space."""
        vector = np.zeros(0, np.float32)
        if (
            item.embedding_version == self._embedding_version
            and len(item.embedding) == 2 * DIMENSION
        ):
            vector = np.frombuffer(item.embedding, "<f2").astype(np.float32)
        if len(vector) != DIMENSION or not np.isfinite(vector).all():
            self.refused += 1
            return None
        return vector

    def put(
        self,
        items: Sequence[CatalogItem],
        embeddings: NDArray[np.float32],
        vectors: NDArray[np.float32],
    ) -> None:
        """Take items with their content vectors [n, 128] and the model's item vectors [n, e]."""
        for item, embedding, vector in zip(items, embeddings, vectors, strict=True):
            row = self.row(item.item_id)
            self.embeddings[row] = embedding
            self.vectors[row] = vector
            self.available[row] = item.available
            self.published_ms[row] = item.published_ms
            self.categories[row] = self.category_code(item.category)
            names = tuple(item.tags[:MAX_TAGS])
            if names != self.tag_names[row]:
                self._set_tags(row, names)

    def withdraw(self, item_id: str) -> None:
        """Never recommend an item again, unless it comes back."""
        if item_id in self.rows:
            self.available[self.rows[item_id]] = False

    def category_code(self, category: str | None) -> int:
        """A number for a category, 0 for none."""
        if category is None:
            return 0
        return self.category_codes.setdefault(category, len(self.category_codes) + 1)

    def codes_named_by(self, text: str) -> tuple[set[int], int]:
        """Codes of the tags that share a word with a search, and how many words it has."""
        words = set(_words(text))
        codes = [self._codes_by_word.get(word, set()) for word in words]
        return set().union(*codes), max(1, len(words))

    def carries(self, row: int, codes: set[int]) -> bool:
        """Whether an item has one of the tags."""
        return bool(codes) and not codes.isdisjoint(self.tags[row].tolist())

    def rows_tagged(self, codes: set[int], count: int) -> list[int]:
        """At most `count` rows that carry one of the tags, the newest of each tag first."""
        found: dict[int, None] = {}
        for code in sorted(codes):
            for row in reversed(self._rows_by_code.get(code, [])[-count:]):
                found[row] = None
        return list(found)[:count]

    def _set_tags(self, row: int, names: tuple[str, ...]) -> None:
        for code in self.tags[row][self.tags[row] > 0]:
            self._rows_by_code[int(code)].remove(row)
        self.tag_names[row] = names
        self.tags[row] = 0
        for place, name in enumerate(names):
            code = self.tag_codes.get(name)
            if code is None:
                code = self.tag_codes[name] = len(self.tag_codes) + 1
                for word in _words(name):
                    self._codes_by_word.setdefault(word, set()).add(code)
            self.tags[row, place] = code
            self._rows_by_code.setdefault(code, []).append(row)

    def _grow(self) -> None:
        for name in ("embeddings", "vectors", "available", "published_ms", "categories", "tags"):
            array = getattr(self, name)
            setattr(self, name, np.concatenate([array, np.zeros_like(array)]))


def _words(text: str) -> list[str]:
    """Words of a text; of Chinese, where words have no spaces, pairs of characters."""
    words: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if len(word) > 2 and "\u4e00" <= word[0] <= "\u9fff":
            words += [word[at : at + 2] for at in range(len(word) - 1)]
        else:
            words.append(word)
    return words
