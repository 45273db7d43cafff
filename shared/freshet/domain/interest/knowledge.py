"""What the fold must know of items; the catalog's reader provides it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

#: Length of every content vector.
DIMENSION = 128


class Knowledge(Protocol):
    """Items as the fold sees them. An unknown item has no tags and no embedding."""

    def tags_of(self, item_id: str) -> Sequence[str]:
        """Interest tags of an item, strongest first."""
        ...

    def tags_in(self, text: str) -> Sequence[str]:
        """Interest tags that a search text names."""
        ...

    def embedding_of(self, item_id: str) -> NDArray[np.float32] | None:
        """Content vector of an item, unit length, shape [128]."""
        ...
