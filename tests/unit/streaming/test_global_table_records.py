"""Whatever can be read of a topic held whole can be taken in; what cannot is a letter, once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from freshet.config import ServiceConfig
from freshet.contracts.codec import decoder, encode
from freshet.contracts.registry import CATALOG, DEAD_LETTERS, ITEMS, MODELS, TRENDS, Topic
from freshet.streaming.background_publisher import BackgroundPublisher
from freshet.streaming.batch import Batch, Output
from freshet.streaming.decoding import BatchDecoder
from freshet.streaming.global_table import GlobalTable
from freshet.streaming.global_table_reader import MAX_LETTERS, GlobalTableReader
from freshet.streaming.metrics import streaming_metrics
from freshet.streaming.service import Service
from freshet_catalog.config import CatalogConfig
from freshet_catalog.service import build_service as catalog
from freshet_interests.config import InterestsConfig
from freshet_interests.service import build_service as interests
from freshet_narrator.config import NarratorConfig
from freshet_narrator.service import build_service as narrator
from freshet_ranker.config import RankerConfig
from freshet_ranker.service import build_service as ranker
from harness.accepted import messages
from harness.ranking import item

SERVICES: dict[str, Callable[[], Service]] = {
    "catalog": lambda: catalog(CatalogConfig()),
    "interests": lambda: interests(InterestsConfig()),
    "narrator": lambda: narrator(NarratorConfig()),
    "ranker": lambda: ranker(RankerConfig()),
}


class Record(NamedTuple):
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 1_800_000_000_000
    timestamp_type: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


@pytest.mark.parametrize("name", SERVICES)
def test_what_can_be_read_can_be_taken_in(name: str) -> None:
    """A foreign writer's record, or an older fault's, must not end a process at every start."""
    service = SERVICES[name]()
    held = [(table, topic) for table in service.global_tables for topic in table.topics]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def take_in(data: st.DataObject) -> None:
        table, topic = data.draw(st.sampled_from(held))
        some = data.draw(st.lists(messages(topic), min_size=1, max_size=4))
        records = [Record(n, key, value) for n, (key, value) in enumerate(some)]
        batch = BatchDecoder(topic, name)(0, records)
        if batch.records:
            table.apply(batch)

    take_in()


class Reading:
    """A reader of a view that is given records by hand, and the letters that it wrote."""

    def __init__(self, topic: Topic) -> None:
        self.taken: list[bytes] = []
        self.letters: list[Output] = []
        self.registry = CollectorRegistry()
        metrics = streaming_metrics(self.registry, (), [topic.name])
        self._topic = topic
        self._reader = GlobalTableReader(
            GlobalTable((topic,), self._apply), ServiceConfig(), "test", metrics
        )

    def _apply(self, batch: Batch) -> None:
        self.taken += [record.key for record in batch.records]

    async def read(self, *records: Record) -> None:
        self._reader._take(self._topic.name, 3, records)
        publisher = BackgroundPublisher()
        writing = asyncio.create_task(self._reader.write_letters(publisher))
        for _ in range(5):
            await asyncio.sleep(0)
            for make, done in publisher.waiting():
                self.letters += make()
                done.set_result(None)
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing

    def count(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, {"topic": self._topic.name, **labels})


@pytest.mark.parametrize("rubbish", [b"{", b"", b"{}", b"\xff", b"null", b"x" * 1_100_000])
async def test_what_cannot_be_read_is_a_letter_of_its_place_alone(rubbish: bytes) -> None:
    good = Record(0, b"item-1", encode(item(1)))
    bad = Record(1, b"item-2", rubbish)
    found = set()
    for _ in ("one worker", "another, or the same at its next start"):
        reading = Reading(CATALOG)
        await reading.read(good, bad, Record(2, b"item-3", encode(item(3))))
        assert reading.taken == [b"item-1", b"item-3"]
        (output,) = reading.letters
        letter = decoder(DEAD_LETTERS)(output.key, output.value or b"")
        assert (letter.topic, letter.partition, letter.offset) == ("catalog", 3, 1)
        found.add(letter.event_id)
        assert reading.count("freshet_view_records_total") == 2
        reason = letter.reason
        assert reading.count("freshet_dead_letters_total", reason=reason) == 1
    assert found == {"view/catalog/3/1"}


async def test_a_topic_full_of_rubbish_makes_a_bounded_number_of_letters() -> None:
    reading = Reading(CATALOG)
    for start in range(0, 10 * MAX_LETTERS, 50):
        await reading.read(*(Record(n, b"k", b"{") for n in range(start, start + 50)))
    assert len(reading.letters) == MAX_LETTERS
    assert reading.count("freshet_dead_letters_total", reason="not_json") == 10 * MAX_LETTERS


async def test_what_comes_from_outside_is_refused_by_the_service_that_it_is_for() -> None:
    reading = Reading(ITEMS)
    await reading.read(Record(0, b"i", b"{"))
    assert (reading.taken, reading.letters) == ([], [])


@pytest.mark.parametrize("topic", [CATALOG, TRENDS, MODELS], ids=lambda topic: topic.name)
def test_a_tombstone_withdraws(topic: Topic) -> None:
    batch = BatchDecoder(topic, "test")(0, [Record(0, b"k", None)])
    assert [record.message for record in batch.records] == [None]
