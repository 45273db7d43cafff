"""Whatever the gate accepts, the services can fold and publish, and every reader can read.

The services' own code, not connected to anything: records go in as bytes, and what comes out is
decoded by the contracts, handed on to the services that read it, and loaded again as memory.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshet.contracts.bounds import largest_record
from freshet.contracts.codec import decoder, encode
from freshet.contracts.envelope import MAX_KEY_BYTES
from freshet.contracts.registry import (
    CLICKS,
    IMPRESSIONS,
    INTERESTS,
    ITEMS,
    QUERIES,
    REQUESTS,
    TOPICS,
    Topic,
)
from freshet.streaming.batch import Output
from freshet.streaming.decoding import BatchDecoder, dead_letter_output, state_letter
from freshet.streaming.service import Service
from freshet_catalog.config import CatalogConfig
from freshet_catalog.service import build_service as catalog
from freshet_interactions.config import InteractionsConfig
from freshet_interactions.service import build_service as interactions
from freshet_interests.config import InterestsConfig
from freshet_interests.service import build_service as interests
from freshet_narrator.config import NarratorConfig
from freshet_narrator.service import build_service as narrator
from freshet_ranker.config import RankerConfig
from freshet_ranker.service import build_service as ranker
from freshet_trends.config import TrendsConfig
from freshet_trends.service import build_service as trends
from harness.accepted import messages

INPUTS = [topic for topic in TOPICS if topic.is_input]
NOW_MS = 1_790_000_000_000

#: A key, a value, and the topic that they are sent to.
Sent = tuple[Topic, bytes, bytes | None]


@dataclass
class Record:
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = NOW_MS
    timestamp_type: int = 1
    headers: tuple[tuple[str, bytes], ...] = ()


def services(exploration: float = 1.0) -> list[Service]:
    """In the order in which records pass through them."""
    all_of_them = [
        catalog(CatalogConfig()),
        interactions(InteractionsConfig()),
        trends(TrendsConfig()),
        interests(InterestsConfig()),
        ranker(RankerConfig(exploration=exploration)),
        narrator(NarratorConfig(narrative_interval_s=0)),
    ]
    for service in all_of_them:
        for partitioner in service.partitioners:
            partitioner.learn(1)
    return all_of_them


class Log:
    """All topics, each with one partition."""

    def __init__(self) -> None:
        self.records: dict[str, list[Record]] = defaultdict(list)

    def append(self, sent: Sequence[Sent]) -> None:
        for topic, key, value in sent:
            records = self.records[topic.name]
            records.append(Record(len(records), key, value))


def run(service: Service, log: Log, read: dict[str, int]) -> list[Output]:
    """What a service makes of all that is new to it."""
    if service.state is not None and service.state.missing([0]):
        service.state.begin([0])
    for table in service.global_tables:
        for topic in table.topics:
            start = read.get(f"view/{topic.name}", 0)
            new = log.records[topic.name][start:]
            if new:
                table.apply(BatchDecoder(topic, service.name)(0, new))
            read[f"view/{topic.name}"] = start + len(new)
    batches = []
    for topic in service.inputs:
        new = log.records[topic.name][read.get(topic.name, 0) :]
        read[topic.name] = len(log.records[topic.name])
        if new:
            batches.append(BatchDecoder(topic, service.name)(0, new))
    outputs = list(service.process(batches, NOW_MS))
    letters = [letter for batch in batches for letter in batch.letters]
    return outputs + [dead_letter_output(letter) for letter in letters]


def is_read_and_fits(output: Output) -> None:
    """Every reader takes it, and it is no longer than what its topic's type allows."""
    if output.value is not None:
        message: Any = decoder(output.topic)(output.key, output.value)
        assert decoder(output.topic)(output.key, encode(message)) == message
    headers = sum(len(name) + len(value) for name, value in output.headers)
    size = len(output.key) + len(output.value or b"") + headers
    assert size < largest_record(output.topic)


@st.composite
def sent(draw: st.DrawFn) -> list[Sent]:
    some: list[Sent] = []
    for _ in range(draw(st.integers(1, 8))):
        topic = draw(st.sampled_from(INPUTS))
        some.append((topic, *draw(messages(topic))))
    return some


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(sent(), min_size=1, max_size=3))
def test_what_is_made_of_any_accepted_message_can_be_read_by_all(rounds: list[list[Sent]]) -> None:
    log = Log()
    running = services()
    places: list[dict[str, int]] = [{} for _ in running]
    for some in rounds:
        log.append(some)
        for service, read in zip(running, places, strict=True):
            for output in run(service, log, read):
                is_read_and_fits(output)
                log.append([(output.topic, output.key, output.value)])
        # A worker that starts now reads its memory from what was published.
        for service in running:
            if service.state is not None:
                service.state.forget_all()
                service.state.begin([0])
                topic = service.state.topic
                service.state.load(topic.name, 0, log.records[topic.name])


def test_what_is_made_of_the_largest_inputs_fits() -> None:
    """Items with the longest ids and names, asked for by the longest search.

    They are asked for by a user whose memory is full: of acts, searches and items passed over.
    """
    hostile = "\x01"
    base: dict[str, Any] = {"event_time": NOW_MS, "schema_version": "1.0"}
    of_ada: dict[str, Any] = {**base, "user_id": "ada"}
    ids = [f"{n:03}".rjust(128, hostile) for n in range(600)]
    search = "tea " + hostile * 996
    inputs: list[tuple[Topic, dict[str, Any]]] = [
        *(
            (ITEMS, {**base, "item_id": one, "title": hostile * 1_000, "text": hostile * 1_000})
            for one in ids[:240]
        ),
        *((CLICKS, {**of_ada, "item_id": one}) for one in ids[:80]),
        *((QUERIES, {**of_ada, "text": search}) for _ in range(20)),
        *((IMPRESSIONS, {**of_ada, "item_ids": ids[100:600]}) for _ in range(2)),
        (REQUESTS, {**of_ada, "count": 100, "query": search}),
    ]
    log = Log()
    for n, (topic, value) in enumerate(inputs):
        value |= {"event_id": f"{n:03}".rjust(128, hostile)}
        if topic is ITEMS:
            value |= {"tags": [f"{hostile * 60} {word}" for word in ("tea", "pot", f"{n}")]}
            value |= {"attributes": {f"{m}".rjust(64, hostile): 1e-300 for m in range(20)}}
        log.append([(topic, str(value[topic.key or ""]).encode(), json.dumps(value).encode())])
    largest: dict[str, int] = {}
    for service in services(exploration=0.0):
        for output in run(service, log, {}):
            is_read_and_fits(output)
            name = output.topic.name
            largest[name] = max(largest.get(name, 0), len(output.value or b""))
            log.append([(output.topic, output.key, output.value)])
    assert largest["recommendations"] > 100_000
    assert largest["interests"] > 90_000
    assert largest["catalog"] > 10_000
    assert "dead-letters" not in largest


@pytest.mark.parametrize("value", [b'{"a":1}', b"\x01" * 1_000_000, None])
def test_a_letter_of_the_largest_record_fits(value: bytes | None) -> None:
    batch = BatchDecoder(ITEMS, "catalog")(0, [Record(0, b"\xff" * 900_000, value)])
    assert batch.records == []
    (letter,) = batch.letters
    assert len(letter.key or b"") == MAX_KEY_BYTES
    is_read_and_fits(dead_letter_output(letter))


@pytest.mark.parametrize("rubbish", [b"{", b"{}", b"\xff", b"x" * 1_500_000])
def test_a_state_that_cannot_be_read_is_a_letter_and_counts_as_absent(rubbish: bytes) -> None:
    folding = interests(InterestsConfig())
    state = folding.state
    assert state is not None
    state.begin([0])
    state.put(0, b"ada", rubbish)
    value = {"event_id": "c", "event_time": NOW_MS, "user_id": "ada", "item_id": "i"}
    record = Record(0, b"ada", json.dumps(value).encode())
    (output,) = folding.process([BatchDecoder(CLICKS, "interests")(0, [record])], NOW_MS)
    assert decoder(INTERESTS)(b"ada", output.value or b"").counters.clicks == 1
    (refused,) = state.refused
    letter = state_letter(INTERESTS, refused, "interests", NOW_MS)
    assert (letter.topic, letter.key, letter.offset) == ("interests", b"ada", -1)
    is_read_and_fits(dead_letter_output(letter))
