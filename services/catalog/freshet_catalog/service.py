"""The catalog service: tags and embeds what is new, passes on what is known."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from freshet.contracts.codec import encode
from freshet.contracts.derived import CatalogItem
from freshet.contracts.envelope import to_ms
from freshet.contracts.inputs import Item
from freshet.contracts.registry import CATALOG, ITEMS
from freshet.domain.content.document import content_hash, document_of
from freshet.domain.content.language import language_of
from freshet.domain.content.numbers import numbers_of
from freshet.domain.content.tags import tags_of
from freshet.domain.content.tokens import tokens_of
from freshet.models.inputs import EMBEDDING_VERSION
from freshet.streaming.batch import Batch, Output
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet_catalog.config import CatalogConfig
from freshet_catalog.embedding import Embedder
from freshet_catalog.metrics import CatalogMetrics, catalog_metrics

#: Texts embedded at once: larger groups are no faster.
GROUP = 256

_decode = msgspec.json.Decoder(CatalogItem).decode

Newest = dict[tuple[int, bytes], Item | None]


def build_service(config: CatalogConfig) -> Service:
    """The catalog service, connected to nothing."""
    del config
    registry = CollectorRegistry()
    state = PartitionedState(CATALOG)
    reading = Reading(state, Embedder(), catalog_metrics(registry))
    return Service(
        name="catalog", inputs=(ITEMS,), process=reading.process, registry=registry, state=state
    )


class Reading:
    """Understands items. An item whose content did not change keeps its tags and embedding."""

    def __init__(
        self,
        state: PartitionedState,
        embed: Callable[[Sequence[str]], NDArray[np.float16]],
        metrics: CatalogMetrics,
    ) -> None:
        self._state = state
        self._embed = embed
        self._metrics = metrics

    def process(self, batches: Sequence[Batch], now_ms: int) -> list[Output]:
        """The newest form of each item of the batches."""
        del now_ms
        newest: Newest = {
            (batch.partition, record.key): record.message
            for batch in batches
            for record in batch.records
        }
        outputs: list[Output] = []
        unread: list[tuple[int, bytes, Item]] = []
        for (partition, key), item in newest.items():
            known = self._known(partition, key)
            if item is None:
                outputs.append(self._output(partition, key, None))
                self._metrics.items.labels("withdrawn").inc()
            elif known and known.content_hash == content_hash(item, EMBEDDING_VERSION):
                entry = _entry(item, known.tags, known.embedding, known.language)
                outputs.append(self._output(partition, key, entry))
                self._metrics.items.labels("kept").inc()
            else:
                unread.append((partition, key, item))
        for start in range(0, len(unread), GROUP):
            outputs += self._read(unread[start : start + GROUP])
        return outputs

    def _read(self, group: Sequence[tuple[int, bytes, Item]]) -> list[Output]:
        with self._metrics.embed_seconds.time():
            vectors = self._embed([document_of(item) for _, _, item in group])
        self._metrics.items.labels("embedded").inc(len(group))
        return [
            self._output(
                partition,
                key,
                _entry(item, tags_of(item), vector.tobytes(), language_of(item.title + item.text)),
            )
            for (partition, key, item), vector in zip(group, vectors, strict=True)
        ]

    def _known(self, partition: int, key: bytes) -> CatalogItem | None:
        value = self._state.get(partition, key)
        return _decode(value) if value else None

    def _output(self, partition: int, key: bytes, entry: CatalogItem | None) -> Output:
        value = encode(entry) if entry else None
        self._state.put(partition, key, value)
        return Output(CATALOG, key, value, partition)


def _entry(item: Item, tags: list[str], embedding: bytes, language: str | None) -> CatalogItem:
    return CatalogItem(
        event_id=item.event_id,
        event_time=item.event_time,
        item_id=item.item_id,
        title=item.title,
        tags=tags,
        embedding=embedding,
        embedding_version=EMBEDDING_VERSION,
        content_hash=content_hash(item, EMBEDDING_VERSION),
        tokens=tokens_of(item, tags),
        numbers=numbers_of(item),
        published_ms=to_ms(item.published_at) if item.published_at is not None else item.time_ms,
        category=item.category,
        language=item.language or language,
        available=item.available,
    )
