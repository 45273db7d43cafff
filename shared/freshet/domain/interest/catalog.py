"""What the fold must know of items, out of the catalog held whole."""

import sys
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import CatalogItem
from freshet.domain.content.names import TagNames
from freshet.models.embedding import DIMENSION, EMBEDDING_VERSION

_Known = tuple[tuple[str, ...], bytes, Mapping[str, str]]

_UNKNOWN: _Known = ((), bytes(4 * DIMENSION), {})


class CatalogKnowledge:
    """Tags and embeddings of all items.

    Each tag is one object however many items have it: small, and found without comparing.
    Embeddings are kept as bytes of float32, which the fold takes as they are.

    Args:
        embedding_version: the space of content vectors that is served.
    """

    def __init__(self, embedding_version: str = EMBEDDING_VERSION) -> None:
        self.embedding_version = embedding_version
        self._items: dict[str, _Known] = {}
        self._names = TagNames()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item_id: str, item: CatalogItem | None) -> None:
        """Take the newest form of an item; None for one that was withdrawn."""
        tags, _, aliases = self._items.pop(item_id, _UNKNOWN)
        self._names.remove(tags, aliases)
        if item is not None:
            tags = tuple(map(sys.intern, item.tags))
            vector = _float32(item.vector(self.embedding_version))
            self._items[item_id] = tags, vector, item.aliases
            self._names.add(tags, item.aliases)

    def tags_of(self, item_id: str) -> Sequence[str]:
        """Interest tags of an item, strongest first."""
        return self._items.get(item_id, _UNKNOWN)[0]

    def tags_in(self, text: str) -> Sequence[str]:
        """Tags of the catalog that a search text names, the longest first."""
        return self._names.tags_in(text)

    def embeddings_of(self, item_ids: Sequence[str]) -> NDArray[np.float32]:
        """Content vectors of items, shape [n, 128]; zero where there is none."""
        get = self._items.get
        encoded = b"".join([get(item_id, _UNKNOWN)[1] for item_id in item_ids])
        return np.ndarray((len(item_ids), DIMENSION), np.float32, encoded)


def _float32(embedding: bytes) -> bytes:
    """A catalog's float16 vector; zero where it cannot be read."""
    if len(embedding) != 2 * DIMENSION:
        return _UNKNOWN[1]
    return np.frombuffer(embedding, "<f2").astype(np.float32).tobytes()
