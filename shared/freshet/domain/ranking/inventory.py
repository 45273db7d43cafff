"""All items as arrays, a row an item, so that a micro-batch of users is scored at once."""

from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import CatalogItem
from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.vocabulary import Vocabulary
from freshet.models.embedding import DIMENSION
from freshet.models.graph_inputs import ITEM_TOKENS, VOCABULARY, item_hash
from freshet.models.item_numbers import ItemNumbers

#: Interest tags of an item that matching looks at.
MAX_TAGS = 12

_NOWHERE = bytes(2 * DIMENSION)

_COLUMNS = (
    *("embeddings", "item_hash", "item_tokens", "available", "published_ms", "categories", "tags"),
)


class Inventory:
    """What can be recommended.

    A row, once given to an item id, stays its own: a withdrawn item becomes unavailable. An item
    that is only known by its trend has a row too, unavailable until the catalog tells of it.

    Attributes:
        rows: item id to row.
        ids: row to item id.
        embeddings: content vectors, shape [capacity, 128], unit length.
        item_hash: buckets of the ids, shape [capacity].
        item_tokens: buckets of the words, shape [capacity, 48].
        available: may be recommended.
        published_ms: when it came.
        categories: code of the category, 0 for none.
        tags: codes of the interest tags, padded with 0, shape [capacity, 12].
        vocabulary: the interest tags as codes; `tag_codes` are its codes.
        tag_names: the interest tags of each row.
        numbers: the numeric attributes of each row.
        tag_logs: logarithm of how many items carry a tag, by code; infinite for the code 0.
        refused: entries whose embedding is damaged.
    """

    def __init__(self, embedding_version: str) -> None:
        self.rows: dict[str, int] = {}
        self.ids: list[str] = []
        self.tag_names: list[tuple[str, ...]] = []
        self.vocabulary = Vocabulary()
        self.tag_codes = self.vocabulary.codes
        self.category_codes: dict[str, int] = {}
        self.refused = 0
        self.embedding_version = embedding_version
        self._rows_by_code: dict[int, list[int]] = {}
        capacity = 1024
        self.embeddings = np.zeros((capacity, DIMENSION), np.float32)
        self.item_hash = np.zeros(capacity, np.int32)
        self.item_tokens = np.zeros((capacity, ITEM_TOKENS), np.uint16)
        self.available = np.zeros(capacity, np.bool_)
        self.published_ms = np.zeros(capacity, np.float64)
        self.categories = np.zeros(capacity, np.int32)
        self.tags = np.zeros((capacity, MAX_TAGS), np.int32)
        self.numbers = ItemNumbers.none(capacity)
        self.tag_logs = np.full(capacity, np.inf, np.float32)

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
            self.item_hash[row] = item_hash(item_id)
        return row

    def readable(self, item: CatalogItem) -> NDArray[np.float32] | None:
        """The item's content vector, or None (and counted) where it is damaged.

        Zero where this space has none of it yet: it is known by its tags and what comes of it.
        """
        encoded = item.vector(self.embedding_version) or _NOWHERE
        if len(encoded) == 2 * DIMENSION:
            vector = np.frombuffer(encoded, "<f2").astype(np.float32)
            if np.isfinite(vector).all():
                return vector
        self.refused += 1
        return None

    def put(self, items: Sequence[CatalogItem], embeddings: NDArray[np.float32]) -> Rows:
        """Take items with their content vectors [n, 128]; returns their rows."""
        rows = np.array([self.row(item.item_id) for item in items], np.int64)
        self.embeddings[rows] = embeddings
        for item, row in zip(items, rows.tolist(), strict=True):
            self.item_tokens[row] = _tokens(item)
            self.available[row] = item.available
            self.published_ms[row] = item.published_ms
            self.categories[row] = self.category_code(item.category)
            self.numbers.put(row, item.numbers)
            names = tuple(item.tags[:MAX_TAGS])
            if names != self.tag_names[row]:
                self._set_tags(row, names)
            for name, tag in item.aliases.items():
                if tag in names:
                    self.vocabulary.call(tag, name)
        return rows

    def withdraw(self, item_id: str) -> None:
        """Never recommend an item again, unless it comes back."""
        if item_id in self.rows:
            self.available[self.rows[item_id]] = False

    def category_code(self, category: str | None) -> int:
        """A number for a category, 0 for none."""
        if category is None:
            return 0
        return self.category_codes.setdefault(category, len(self.category_codes) + 1)

    def carries(self, row: int, codes: set[int]) -> bool:
        """Whether an item has one of the tags."""
        return bool(codes) and not codes.isdisjoint(self.tags[row].tolist())

    def rows_tagged(self, codes: set[int], count: int, eligible: NDArray[np.bool_]) -> list[int]:
        """At most `count` rows that carry one of the tags, the newest of each tag first.

        Args:
            codes: of the tags.
            count: how many.
            eligible: which rows may be found, [n].
        """
        found: dict[int, None] = {}
        for code in sorted(codes):
            rows = np.array(self._rows_by_code.get(code, []), np.int64)
            newest = rows[eligible[rows]][: -count - 1 : -1]
            found.update(dict.fromkeys(newest.tolist()))
        return list(found)[:count]

    def _set_tags(self, row: int, names: tuple[str, ...]) -> None:
        for code in self.tags[row][self.tags[row] > 0].tolist():
            self._rows_by_code[code].remove(row)
            self._count_tag(code)
        self.tag_names[row] = names
        self.tags[row] = 0
        for place, name in enumerate(names):
            code = self.vocabulary.code(name)
            self.tags[row, place] = code
            self._rows_by_code.setdefault(code, []).append(row)
            self._count_tag(code)

    def _count_tag(self, code: int) -> None:
        if code >= len(self.tag_logs):
            more = np.full(len(self.tag_logs), np.inf, np.float32)
            self.tag_logs = np.concatenate([self.tag_logs, more])
        count = len(self._rows_by_code[code])
        self.tag_logs[code] = log(count) if count else np.inf

    def _grow(self) -> None:
        for name in _COLUMNS:
            array = getattr(self, name)
            setattr(self, name, np.concatenate([array, np.zeros_like(array)]))
        self.numbers = self.numbers.joined(ItemNumbers.none(len(self.numbers.codes)))


def _tokens(item: CatalogItem) -> NDArray[np.uint16]:
    """The words of an item; none where the catalog gave none."""
    found = np.frombuffer(item.tokens[: len(item.tokens) // 2 * 2], "<u2")[:ITEM_TOKENS]
    return np.pad(np.minimum(found, VOCABULARY - 1), (0, ITEM_TOKENS - len(found)))
