"""What the narrator knows of items: as much of each as a text may speak of."""

from functools import lru_cache

import msgspec

from freshet.contracts.codec import encode
from freshet.contracts.inputs import Item
from freshet.domain.narrative.known import MAX_TEXT, KnownItem, known_item
from freshet.streaming.batch import Batch

_decode = msgspec.json.Decoder(Item).decode


class KnownItems:
    """The items, from the topic that every narrator holds whole.

    They are kept encoded and cut, and understood only when one is written about: few ever are,
    and those again and again.
    """

    def __init__(self) -> None:
        self._items: dict[str, bytes] = {}

    def apply(self, batch: Batch) -> None:
        """Take a batch of the items."""
        for record in batch.records:
            item: Item | None = record.message
            if item is None:
                self._items.pop(record.key.decode(errors="replace"), None)
            else:
                kept = msgspec.structs.replace(item, text=item.text[:MAX_TEXT], attributes={})
                self._items[item.item_id] = encode(kept)

    def get(self, item_id: str) -> KnownItem | None:
        """An item, if it is known."""
        kept = self._items.get(item_id)
        return _understood(kept) if kept else None

    def __len__(self) -> int:
        return len(self._items)


@lru_cache(maxsize=4_096)
def _understood(kept: bytes) -> KnownItem:
    return known_item(_decode(kept))
