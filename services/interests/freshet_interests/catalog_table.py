"""The catalog topic, taken into what the fold knows of items."""

from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.streaming.batch import Batch


def apply(knowledge: CatalogKnowledge, batch: Batch) -> None:
    """Take a batch of the catalog topic."""
    for record in batch.records:
        item_id = record.message.item_id if record.message else record.key.decode(errors="replace")
        knowledge.put(item_id, record.message)
