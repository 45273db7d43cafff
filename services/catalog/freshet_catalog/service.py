"""The catalog service: understands what is new, passes on what is known."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry

from freshet.contracts.codec import encode
from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Item
from freshet.contracts.registry import CATALOG, ITEMS
from freshet.domain.content.entry import entry_of, is_of, sent_again
from freshet.domain.content.lexicon import Lexicon
from freshet.domain.content.taxonomy import Taxonomy
from freshet.domain.content.understanding import understand
from freshet.llm.client import EMBEDDING, LanguageModel
from freshet.llm.metrics import llm_metrics
from freshet.streaming.background_publisher import BackgroundPublisher
from freshet.streaming.batch import Batch, Output
from freshet.streaming.global_table import GlobalTable
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet_catalog.config import CatalogConfig
from freshet_catalog.enrichers import TAGS, EmbeddedUnderstanding, EndpointTags, EndpointVectors
from freshet_catalog.enrichment import Enricher, Enrichment
from freshet_catalog.metrics import CatalogMetrics, catalog_metrics
from freshet_catalog.word_lexicon import WordLexicon

#: Items understood at once: larger groups are no faster.
GROUP = 256


Newest = dict[tuple[int, bytes], Item | None]
Unread = tuple[int, bytes, Item]


def build_service(config: CatalogConfig) -> Service:
    """The catalog service, connected to nothing."""
    registry = CollectorRegistry()
    metrics = catalog_metrics(registry)
    asked_metrics = llm_metrics(registry, (EMBEDDING, TAGS))
    lexicon = WordLexicon()
    taxonomy = Taxonomy(lexicon)
    metrics.names.set_function(lambda: len(taxonomy))
    state, publisher = PartitionedState(CATALOG), BackgroundPublisher()
    model = LanguageModel(config, asked_metrics)
    enrichers: list[Enricher] = [EmbeddedUnderstanding(lexicon, taxonomy)]
    if model.embeds:
        enrichers.append(
            EndpointVectors("vectors", model, config.llm_embedding_model, asked_metrics)
        )
        if config.llm_previous_embedding_model:
            previous = config.llm_previous_embedding_model
            enrichers.append(EndpointVectors("previous_vectors", model, previous, asked_metrics))
    if model.writes:
        chat, at_once = config.llm_chat_model, config.llm_concurrency
        enrichers.append(EndpointTags(model, chat, lexicon, taxonomy, asked_metrics, at_once))
    enrichments = [Enrichment(config, state, publisher, one, metrics) for one in enrichers]
    return Service(
        name="catalog",
        inputs=(ITEMS,),
        process=CatalogProcessor(state, lexicon, taxonomy, enrichments, metrics).process,
        registry=registry,
        state=state,
        global_tables=(GlobalTable((CATALOG,), TaxonomyTable(taxonomy, enrichments).apply),),
        background=tuple(one.follow for one in enrichments),
        publisher=publisher,
        step="understand",
    )


class TaxonomyTable:
    """Takes the names that items carry into the taxonomy: those of other workers, too."""

    def __init__(self, taxonomy: Taxonomy, enrichments: Sequence[Enrichment]) -> None:
        self._taxonomy = taxonomy
        self._enrichments = enrichments

    def apply(self, batch: Batch) -> None:
        """Take a batch of the catalog."""
        settled = False
        for record in batch.records:
            entry: CatalogItem | None = record.message
            if entry is not None:
                names = {tag: tag for tag in entry.tags} | entry.aliases
                for name, tag in names.items():
                    settled |= self._taxonomy.learn(name, tag)
        if settled:
            for one in self._enrichments:
                one.look_again()


class CatalogProcessor:
    """Understands items. An item whose content did not change keeps what was understood of it."""

    def __init__(
        self,
        state: PartitionedState,
        lexicon: Lexicon,
        taxonomy: Taxonomy,
        enrichments: Sequence[Enrichment],
        metrics: CatalogMetrics,
    ) -> None:
        self._state = state
        self._lexicon = lexicon
        self._taxonomy = taxonomy
        self._enrichments = enrichments
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
        unread: list[Unread] = []
        for (partition, key), item in newest.items():
            known = self._known(partition, key)
            if item is None:
                self._state.put(partition, key, None)
                outputs.append(Output(CATALOG, key, None, partition))
                self._metrics.items.labels("withdrawn").inc()
            elif known and is_of(known, item):
                outputs.append(self._output(partition, key, item, sent_again(known, item)))
                self._metrics.items.labels("kept").inc()
            else:
                unread.append((partition, key, item))
        for start in range(0, len(unread), GROUP):
            outputs += self._understood(unread[start : start + GROUP])
        return outputs

    def _understood(self, group: Sequence[Unread]) -> list[Output]:
        with self._metrics.embed_seconds.time():
            found = understand([item for _, _, item in group], self._lexicon, self._taxonomy)
        self._metrics.items.labels("embedded").inc(len(group))
        return [
            self._output(partition, key, item, entry_of(item, understood))
            for (partition, key, item), understood in zip(group, found, strict=True)
        ]

    def _known(self, partition: int, key: bytes) -> CatalogItem | None:
        entry: CatalogItem | None = self._state.message(partition, key)
        return entry

    def _output(self, partition: int, key: bytes, item: Item, entry: CatalogItem) -> Output:
        value = encode(entry)
        self._state.put(partition, key, value)
        for one in self._enrichments:
            one.offer(partition, key, item, entry)
        return Output(CATALOG, key, value, partition)
