"""What the ranker knows of items: the catalog and the trends, held whole."""

from collections.abc import Callable

import numpy as np

from freshet.contracts.registry import TRENDS
from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.streaming.batch import Batch


class ItemTables:
    """The items and their popularity, from the topics that every ranker holds whole.

    Args:
        embedding_version: the space of content vectors that is served.

    Attributes:
        changed: told the rows of items that are new or whose content has changed.
    """

    changed: Callable[[Rows], None]

    def __init__(self, embedding_version: str) -> None:
        self.inventory = Inventory(embedding_version)
        self.popularity = Popularity(self.inventory)

    def apply(self, batch: Batch) -> None:
        """Take a batch of the catalog or of the trends."""
        if batch.topic is TRENDS:
            for record in batch.records:
                if record.message is not None:
                    self.popularity.put(record.message)
            return
        # Of an item that comes twice only the newest counts, and order would be lost below.
        newest = {record.key: record.message for record in batch.records}
        readable = []
        for key, item in newest.items():
            vector = self.inventory.readable(item) if item else None
            if item is None or vector is None:
                self.inventory.withdraw(key.decode(errors="replace"))
            else:
                readable.append((item, vector))
        if readable:
            items, vectors = zip(*readable, strict=True)
            self.changed(self.inventory.put(items, np.stack(vectors)))
