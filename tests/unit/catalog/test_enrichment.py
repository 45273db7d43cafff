"""Items in, entries out: what is known is passed on, and handed to the second reading."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry

from freshet.contracts.codec import encode
from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Item
from freshet.contracts.registry import CATALOG, ITEMS
from freshet.domain.content.document import content_hash
from freshet.domain.content.entry import with_vectors
from freshet.domain.content.taxonomy import Taxonomy
from freshet.domain.content.tokens import tokens_of
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.streaming.background_publisher import BackgroundPublisher
from freshet.streaming.batch import Batch, Output, Received
from freshet.streaming.state import PartitionedState
from freshet_catalog.config import CatalogConfig
from freshet_catalog.enrichers import EmbeddedUnderstanding
from freshet_catalog.enrichment import Change, Enricher, Enrichment
from freshet_catalog.metrics import catalog_metrics
from freshet_catalog.service import CatalogProcessor
from harness.understanding import item, lexicon

TEA = item(item_id="tea", title="Tea", text="Green tea.", tags=["tea"])


class Slow:
    """An enricher that answers when it is told to."""

    name = "slow"

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.asked: list[str] = []

    def wants(self, entry: CatalogItem) -> bool:
        return not entry.vector("slow")

    async def changes(self, items: Sequence[Item]) -> list[Change | None]:
        self.asked += [item.text for item in items]
        await self.go.wait()
        return [lambda entry: with_vectors(entry, {"slow": entry.title.encode()})] * len(items)


class Worker:
    """The catalog service of one partition, without a broker."""

    def __init__(self, enricher: Enricher | None = None) -> None:
        self.state, self.publisher = PartitionedState(CATALOG), BackgroundPublisher()
        self.state.begin([0])
        metrics = catalog_metrics(CollectorRegistry())
        self.taxonomy = Taxonomy(lexicon())
        self.second = Enrichment(
            CatalogConfig(),
            self.state,
            self.publisher,
            enricher or EmbeddedUnderstanding(lexicon(), self.taxonomy),
            metrics,
        )
        self._reading = CatalogProcessor(
            self.state, lexicon(), self.taxonomy, [self.second], metrics
        )

    def take(self, *items: Item | None) -> list[CatalogItem | None]:
        records = [Received(one, (one or TEA).item_id.encode(), 0, 5, ()) for one in items]
        outputs = self._reading.process([Batch(ITEMS, 0, records)], 9)
        return [decoded(output) for output in outputs]

    def entry(self, key: bytes = b"tea") -> CatalogItem:
        value = self.state.get(0, key)
        assert value is not None
        return msgspec.json.decode(value, type=CatalogItem)

    def put(self, **changes: Any) -> None:
        self.state.put(0, b"tea", encode(msgspec.structs.replace(self.entry(), **changes)))

    async def until(self, condition: Callable[[], object]) -> None:
        """Go on beside the inputs until the condition holds."""
        async with asyncio.timeout(10):
            while not condition():
                await self.beside()

    async def beside(self) -> list[CatalogItem | None]:
        """Do what the processing does between two sets, once."""
        async with asyncio.timeout(10):
            while not (waiting := self.publisher.waiting()):
                await asyncio.sleep(0)
        outputs = [output for make, _ in waiting for output in make()]
        for _, done in waiting:
            done.set_result(None)
        return [decoded(output) for output in outputs]


def decoded(output: Output) -> CatalogItem | None:
    return msgspec.json.decode(output.value, type=CatalogItem) if output.value else None


def test_an_item_is_understood_once_and_passed_on_when_it_comes_again() -> None:
    worker = Worker()
    (first,) = worker.take(TEA)
    assert first is not None
    assert first.tags == ["tea"]
    worker.put(tags=["kept"], tokens=b"")
    (again,) = worker.take(msgspec.structs.replace(TEA, available=False))
    assert again is not None
    assert (again.tags, again.available) == (["kept"], False)
    assert again.tokens == tokens_of(TEA, ["kept"]), "what was not there before is there now"
    (changed,) = worker.take(msgspec.structs.replace(TEA, text="Black tea."))
    assert changed is not None
    assert changed.tags == ["tea"]


def test_an_item_that_is_withdrawn_is_forgotten() -> None:
    worker = Worker()
    worker.take(TEA)
    assert worker.take(None) == [None]
    assert worker.state.get(0, b"tea") is None


async def test_an_older_understanding_is_brought_up_to_date_and_its_vector_stays() -> None:
    worker = Worker()
    worker.take(TEA)
    worker.put(
        tags=["old"],
        embedding=b"o" * 256,
        embedding_version="old",
        content_hash=content_hash(TEA, "old"),
    )
    (sent,) = worker.take(TEA)
    assert sent is not None
    assert sent.vector("old"), "until then it is served as it was"
    task = asyncio.create_task(worker.second.follow())
    await worker.until(lambda: not len(worker.second))
    task.cancel()
    assert worker.entry().vector(EMBEDDING_VERSION)
    assert worker.entry().vector("old") == b"o" * 256
    assert worker.entry().tags == ["tea"]


async def test_an_answer_about_an_old_text_does_not_come_over_a_new_one() -> None:
    slow = Slow()
    worker = Worker(slow)
    worker.take(TEA)
    task = asyncio.create_task(worker.second.follow())
    while not slow.asked:
        await asyncio.gather(worker.beside(), asyncio.sleep(0))
    worker.take(msgspec.structs.replace(TEA, title="Tea!", text="Black tea."))
    slow.go.set()
    assert await worker.beside() == [], "it was about the old text"
    await worker.until(lambda: worker.entry().vector("slow"))
    task.cancel()
    assert slow.asked == ["Green tea.", "Black tea."]
    assert worker.entry().vector("slow") == b"Tea!"


async def test_what_comes_faster_than_it_is_improved_waits_for_another_reading(
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr("freshet_catalog.enrichment.MAX_AT_HAND", 3)
    worker = Worker(Slow())
    worker.take(*(msgspec.structs.replace(TEA, item_id=f"i{n}") for n in range(5)))
    assert len(worker.second) == 5
    assert len(worker.second._at_hand) == 3


async def test_a_tag_given_up_is_replaced_in_the_entries_that_have_it() -> None:
    worker = Worker()
    worker.take(item(item_id="tea", title="x", tags=["sci-fi"]))
    task = asyncio.create_task(worker.second.follow())
    await worker.beside()
    assert worker.taxonomy.learn("science fiction", "science fiction"), "another worker's"
    worker.second.look_again()
    worker.second.offer(0, b"tea", item(item_id="tea", title="x", tags=["sci-fi"]), worker.entry())
    await worker.until(lambda: worker.entry().tags == ["science fiction"])
    task.cancel()
    assert worker.entry().aliases == {"sci-fi": "science fiction"}
