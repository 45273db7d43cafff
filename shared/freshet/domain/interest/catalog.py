"""What the fold must know of items, out of the catalog held whole."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import CatalogItem
from freshet.domain.interest.knowledge import DIMENSION

#: Longest tag that a search is looked through for, in words or, in Chinese, characters.
_MAX_WORDS = 3
_MAX_CHARACTERS = 6

_UNKNOWN: tuple[tuple[str, ...], bytes] = ((), bytes(2 * DIMENSION))

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


class CatalogKnowledge:
    """Tags and embeddings of all items.

    Embeddings are kept as the float16 bytes that they arrived as: the fold asks for few.
    """

    def __init__(self) -> None:
        self._items: dict[str, tuple[tuple[str, ...], bytes]] = {}
        self._tags: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item_id: str, item: CatalogItem | None) -> None:
        """Take the newest form of an item; None for one that was withdrawn."""
        for tag in self._items.pop(item_id, _UNKNOWN)[0]:
            self._tags[tag] -= 1
            if not self._tags[tag]:
                del self._tags[tag]
        if item is not None:
            self._items[item_id] = (tuple(item.tags), item.embedding)
            self._tags.update(item.tags)

    def tags_of(self, item_id: str) -> Sequence[str]:
        """Interest tags of an item, strongest first."""
        return self._items.get(item_id, _UNKNOWN)[0]

    def tags_in(self, text: str) -> Sequence[str]:
        """Tags of the catalog that a search text names, the longest first."""
        text = text.casefold()
        words = _WORD.findall(text)
        phrases = {
            " ".join(words[start : start + length])
            for length in range(1, _MAX_WORDS + 1)
            for start in range(len(words) - length + 1)
        }
        for run in _CHINESE.findall(text):
            phrases.update(
                run[start : start + length]
                for length in range(1, _MAX_CHARACTERS + 1)
                for start in range(len(run) - length + 1)
            )
        return sorted(phrases & self._tags.keys(), key=lambda tag: (-len(tag), tag))

    def embeddings_of(self, item_ids: Sequence[str]) -> NDArray[np.float32]:
        """Content vectors of items, shape [n, 128]; zero where there is none."""
        encoded = [self._items.get(item_id, _UNKNOWN)[1] for item_id in item_ids]
        known = [one if len(one) == len(_UNKNOWN[1]) else _UNKNOWN[1] for one in encoded]
        return np.frombuffer(b"".join(known), "<f2").reshape(-1, DIMENSION).astype(np.float32)
