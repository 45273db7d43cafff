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
from freshet.streaming.aside import Aside
from freshet.streaming.batch import Batch, Output
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet.streaming.view import View
from freshet_catalog.config import CatalogConfig
from freshet_catalog.improvers import TAGS, Anew, Tags, Vectors
from freshet_catalog.lexicon import WordLexicon
from freshet_catalog.metrics import CatalogMetrics, catalog_metrics
from freshet_catalog.second_reading import Improver, SecondReading

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
    state, aside = PartitionedState(CATALOG), Aside()
    model = LanguageModel(config, asked_metrics)
    improvers: list[Improver] = [Anew(lexicon, taxonomy)]
    if model.embeds:
        improvers.append(Vectors("vectors", model, config.llm_embedding_model, asked_metrics))
        if config.llm_previous_embedding_model:
            previous = config.llm_previous_embedding_model
            improvers.append(Vectors("previous_vectors", model, previous, asked_metrics))
    if model.writes:
        chat, at_once = config.llm_chat_model, config.llm_concurrency
        improvers.append(Tags(model, chat, lexicon, taxonomy, asked_metrics, at_once))
    again = [SecondReading(config, state, aside, one, metrics) for one in improvers]
    return Service(
        name="catalog",
        inputs=(ITEMS,),
        process=Reading(state, lexicon, taxonomy, again, metrics).process,
        registry=registry,
        state=state,
        views=(View((CATALOG,), Names(taxonomy, again).apply),),
        background=tuple(one.follow for one in again),
        aside=aside,
        step="understand",
    )


class Names:
    """Takes the names that items carry into the taxonomy: those of other workers, too."""

    def __init__(self, taxonomy: Taxonomy, again: Sequence[SecondReading]) -> None:
        self._taxonomy = taxonomy
        self._again = again

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
            for one in self._again:
                one.look_again()


class Reading:
    """Understands items. An item whose content did not change keeps what was understood of it."""

    def __init__(
        self,
        state: PartitionedState,
        lexicon: Lexicon,
        taxonomy: Taxonomy,
        again: Sequence[SecondReading],
        metrics: CatalogMetrics,
    ) -> None:
        self._state = state
        self._lexicon = lexicon
        self._taxonomy = taxonomy
        self._again = again
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
        for one in self._again:
            one.offer(partition, key, item, entry)
        return Output(CATALOG, key, value, partition)
