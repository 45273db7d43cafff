"""Enrichment: entries that could say more are brought up to date, beside the inputs.

What an entry should have is known from the settings, what it has stands in the catalog topic. So
nothing needs to be remembered: after a crash, a changed setting or a new version the difference is
found anew. Items that have just come are at hand; of others the text is read from the items again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Item
from freshet.contracts.registry import CATALOG, ITEMS
from freshet.domain.content.entry import is_of
from freshet.kafka.client import opened, reader
from freshet.kafka.topic_reader import ends_of, more
from freshet.streaming.background_publisher import BackgroundPublisher
from freshet.streaming.batch import Output
from freshet.streaming.decoding import BatchDecoder
from freshet.streaming.state import PartitionedState
from freshet_catalog.metrics import CatalogMetrics

#: Items enriched at once.
GROUP = 32

#: Items kept at hand, at most, and the longest text of one; others are read again.
MAX_AT_HAND = 512
MAX_TEXT = 8_000

#: How long to wait before looking again whether there are other partitions.
_LOOK_S = 2.0

Place = tuple[int, bytes]
Change = Callable[[CatalogItem], CatalogItem]


class Enricher(Protocol):
    """Something that makes entries say more.

    Attributes:
        name: for the metrics.
    """

    name: str

    def wants(self, entry: CatalogItem) -> bool:
        """Whether the entry lacks what this one can add."""
        ...

    async def changes(self, items: Sequence[Item]) -> list[Change | None]:
        """What to change in the entry of each item; None where nothing can be done for it now."""
        ...


class Enrichment:
    """Brings the entries of this worker's partitions to what an enricher makes of them."""

    def __init__(
        self,
        config: ServiceConfig,
        state: PartitionedState,
        publisher: BackgroundPublisher,
        enricher: Enricher,
        metrics: CatalogMetrics,
    ) -> None:
        self._config = config
        self._state = state
        self._publisher = publisher
        self._enricher = enricher
        self._done = metrics.improved.labels(enricher.name, "done")
        self._undone = metrics.improved.labels(enricher.name, "undone")
        self._looked: frozenset[int] = frozenset()
        self._at_hand: dict[Place, Item] = {}
        self._in_work = 0
        self._behind: set[Place] = set()
        self._being_read: set[Place] = set()
        self._offered = asyncio.Event()
        metrics.behind.labels(enricher.name).set_function(lambda: len(self))

    def __len__(self) -> int:
        """How many entries are known to be behind."""
        return len(self._at_hand) + self._in_work + len(self._behind) + len(self._being_read)

    def offer(self, partition: int, key: bytes, item: Item, entry: CatalogItem) -> None:
        """An item has just been understood for the first time.

        Args:
            partition: of the item.
            key: of its record.
            item: as its producer wrote it.
            entry: what was made of it.
        """
        if not self._enricher.wants(entry):
            return
        place = partition, key
        if len(self._at_hand) < MAX_AT_HAND and len(item.text) <= MAX_TEXT:
            self._at_hand[place] = item
        else:
            self._behind.add(place)
        self._offered.set()

    def look_again(self) -> None:
        """What is wanted has changed: all entries are to be looked at."""
        self._looked = frozenset()

    async def follow(self) -> None:
        """Enrich for ever."""
        while True:
            await self._look()
            if self._at_hand:
                await self._take_at_hand()
            elif self._behind:
                await self._read_again()
            else:
                self._offered.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._offered.wait(), _LOOK_S)

    async def _look(self) -> None:
        """Find what is behind in partitions that have come; between two the inputs go on."""
        await self._publisher(self._look_at_one)
        while not self._state.held() <= self._looked:
            await self._publisher(self._look_at_one)

    def _look_at_one(self) -> Sequence[Output]:
        held = self._state.held()
        self._looked &= held
        for partition in sorted(held - self._looked)[:1]:
            keys = [key for key, _ in self._state.entries(partition)]
            self._behind.update(
                (partition, key)
                for key in keys
                if (partition, key) not in self._at_hand and self._wants(partition, key)
            )
            self._looked |= {partition}
        return ()

    def _wants(self, partition: int, key: bytes) -> bool:
        # What cannot be read counts as absent; the state makes a letter of it.
        entry = self._state.message(partition, key)
        return entry is not None and self._enricher.wants(entry)

    async def _take_at_hand(self) -> None:
        some = {place: self._at_hand.pop(place) for place in [*self._at_hand][:GROUP]}
        self._in_work = len(some)
        await self._enrich(some)
        self._in_work = 0

    async def _read_again(self) -> None:
        """Read the items from their beginning and enrich what is behind; what comes goes first."""
        self._being_read, self._behind = self._behind, set()
        async for found in self._items():
            await self._enrich(found)
            while self._at_hand:
                await self._take_at_hand()
        # Of those that are left there is no item any more that the entry could have been made of.
        self._being_read = set()

    async def _items(self) -> AsyncIterator[dict[Place, Item]]:
        """The items that are being read again, in groups."""
        decoder = BatchDecoder(ITEMS, "catalog")
        partitions = {partition for partition, _ in self._being_read}
        async with _reading(self._config, partitions) as (consumer, ends):
            while fetched := await more(consumer, ends, GROUP):
                batches = [decoder(tp.partition, records) for tp, records in fetched.items()]
                found = {
                    (batch.partition, record.key): record.message
                    for batch in batches
                    for record in batch.records
                    if record.message and (batch.partition, record.key) in self._being_read
                }
                if found:
                    yield found

    async def _enrich(self, items: dict[Place, Item]) -> None:
        """Enrich the entries that are of these items: others have been made of newer ones."""
        wanted = {place: item for place, item in items.items() if self._entry(place, item)}
        if wanted:
            changes = await self._enricher.changes([*wanted.values()])
            await self._publisher(lambda: self._outputs(wanted, changes))

    def _outputs(self, items: dict[Place, Item], changes: Sequence[Change | None]) -> list[Output]:
        outputs = []
        for (place, item), change in zip(items.items(), changes, strict=True):
            entry = self._entry(place, item)
            if entry is not None:
                self._behind.discard(place)
                self._being_read.discard(place)
            if entry is None or change is None:
                self._undone.inc()
                continue
            value = encode(change(entry))
            self._state.put(*place, value)
            outputs.append(Output(CATALOG, place[1], value, place[0]))
            self._done.inc()
        return outputs

    def _entry(self, place: Place, item: Item) -> CatalogItem | None:
        """The entry at a place, if it is of this item and still wanted."""
        held = place[0] in self._state.held()
        entry: CatalogItem | None = self._state.message(*place) if held else None
        return entry if entry and is_of(entry, item) and self._enricher.wants(entry) else None


@asynccontextmanager
async def _reading(
    config: ServiceConfig, partitions: set[int]
) -> AsyncIterator[tuple[AIOKafkaConsumer, dict[TopicPartition, int]]]:
    """A consumer at the beginning of partitions of the items, and where they end now."""
    async with opened(reader(config, "catalog-second-reading")) as consumer:
        assigned = [TopicPartition(config.topic(ITEMS.name), one) for one in sorted(partitions)]
        consumer.assign(assigned)
        await consumer.seek_to_beginning()
        yield consumer, await ends_of(consumer, assigned)
