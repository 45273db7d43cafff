"""The interactions service, not connected to anything."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import pytest

from freshet.contracts.codec import encode
from freshet.contracts.derived import History, ItemInteraction, ItemInteractions
from freshet.contracts.inputs import Click, Feedback
from freshet.contracts.registry import CLICKS, FEEDBACK, HISTORIES, ITEM_INTERACTIONS, Topic
from freshet.streaming.batch import Batch, Output
from freshet.streaming.decoding import BatchDecoder
from freshet.streaming.processing import in_order
from freshet.streaming.service import Service
from freshet_interactions.config import InteractionsConfig
from freshet_interactions.service import build_service

T0 = 1_700_000_000_000


@dataclass
class Record:
    offset: int
    key: bytes
    value: bytes
    timestamp: int
    timestamp_type: int = 1
    headers: tuple[tuple[str, bytes], ...] = ()


@pytest.fixture
def service() -> Service:
    built = build_service(InteractionsConfig())
    assert built.state is not None
    built.state.begin(range(4))
    for partitioner in built.partitioners:
        partitioner.learn(4)
    return built


def clicks(partition: int, *rows: tuple[int, str, str]) -> Batch:
    """Clicks of offset, user and item; the broker took each when it happened."""
    return batch(CLICKS, partition, [
        (offset, Click(event_id=f"c{offset}", event_time=T0 + offset, user_id=user, item_id=item))
        for offset, user, item in rows
    ])  # fmt: skip


def purchases(partition: int, *rows: tuple[int, int, str, str]) -> Batch:
    """Purchases of offset, time, user and item."""
    return batch(FEEDBACK, partition, [
        (offset, Feedback(event_id=f"f{offset}", event_time=T0 + time, user_id=user, item_id=item,
                          kind="purchase"))
        for offset, time, user, item in rows
    ])  # fmt: skip


def batch(topic: Topic, partition: int, rows: Sequence[tuple[int, Click | Feedback]]) -> Batch:
    records = [
        Record(offset, one.user_id.encode(), encode(one), one.time_ms) for offset, one in rows
    ]
    return BatchDecoder(topic, "interactions")(partition, records)


def told(outputs: Sequence[Output]) -> list[tuple[int, ItemInteraction]]:
    return [
        (message.partition, one)
        for output in outputs
        if output.topic is ITEM_INTERACTIONS
        for message in [msgspec.json.decode(output.value or b"", type=ItemInteractions)]
        for one in message.interactions
    ]


def histories(outputs: Sequence[Output]) -> dict[tuple[int, bytes], list[str]]:
    return {
        (one.partition, one.key): msgspec.json.decode(one.value or b"", type=History).items
        for one in outputs
        if one.topic is HISTORIES
    }


def test_a_set_is_told_to_the_items_and_remembered_by_user(service: Service) -> None:
    made = service.process(
        [clicks(0, (0, "ada", "a"), (1, "bob", "b"), (2, "ada", "b")), clicks(3, (0, "eve", "a"))],
        T0,
    )
    assert histories(made) == {(0, b"ada"): ["a", "b"], (0, b"bob"): ["b"], (3, b"eve"): ["a"]}
    assert sorted((users, one.item_id, one.offset, one.next_id) for users, one in told(made)) == [
        (0, "a", 0, ""),
        (0, "a", 2, "b"),
        (0, "b", 1, ""),
        (0, "b", 2, ""),
        (3, "a", 0, ""),
    ]


def test_an_item_has_one_partition_whoever_clicks_it(service: Service) -> None:
    (partitioner,) = service.partitioners
    made = service.process([clicks(n, (0, f"u{n}", "a")) for n in range(4)], T0)
    assert {output.partition for output in made if output.topic is ITEM_INTERACTIONS} == {
        partitioner("a")
    }


def test_what_is_read_again_is_not_told_again(service: Service) -> None:
    again = clicks(0, (0, "ada", "a"), (1, "ada", "b"))
    assert service.process([again], T0)
    assert service.process([clicks(0, (0, "ada", "a"), (1, "ada", "b"))], T0) == []


def test_topics_are_mixed_in_the_order_in_which_the_broker_took_them(service: Service) -> None:
    made = service.process(
        [purchases(0, (0, 5, "ada", "b")), clicks(0, (1, "ada", "a"), (9, "ada", "c"))], T0
    )
    assert histories(made) == {(0, b"ada"): ["a", "b", "c"]}


def test_states_are_published_when_all_else_is_confirmed(service: Service) -> None:
    outputs = service.process([clicks(0, (0, "ada", "a"), (1, "bob", "b"))], T0)
    first, last = in_order(outputs, service)
    assert {one.topic.name for one in first} == {"item-interactions"}
    assert {one.topic.name for one in last} == {"histories"}
    assert [*first, *last] == list(outputs)
