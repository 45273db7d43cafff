"""What the fold must know of items; the catalog's reader provides it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class ItemLookup(Protocol):
    """Items as the fold sees them. An unknown item has no tags, its embedding is zero.

    Attributes:
        embedding_version: the space of the content vectors.
    """

    embedding_version: str

    def tags_of(self, item_id: str) -> Sequence[str]:
        """Interest tags of an item, strongest first."""
        ...

    def tags_in(self, text: str) -> Sequence[str]:
        """Interest tags that a search text names."""
        ...

    def embeddings_of(self, item_ids: Sequence[str]) -> NDArray[np.float32]:
        """Content vectors of items, unit length, shape [n, 128]."""
        ...
