"""Whatever a service publishes fits its topic: proven from the types."""

from typing import Annotated

import msgspec
import pytest

from freshet.config import ServiceConfig
from freshet.contracts.bounds import (
    MAX_HEADERS_BYTES,
    Unbounded,
    largest_record,
    largest_value,
)
from freshet.contracts.codec import MAX_VALUE_BYTES, encode
from freshet.contracts.envelope import MAX_KEY_BYTES
from freshet.contracts.registry import TOPICS, Topic
from freshet.kafka.client import MAX_BATCH_BYTES
from freshet.streaming.app import build_app
from freshet.streaming.headers import CARRIED, MAX_HEADER_BYTES
from freshet_trends.config import TrendsConfig
from freshet_trends.service import build_service
from harness.largest import largest_of

OUTPUTS = [topic for topic in TOPICS if not topic.is_input]


@pytest.mark.parametrize("topic", OUTPUTS, ids=lambda topic: topic.name)
def test_every_output_fits_its_topic(topic: Topic) -> None:
    assert largest_record(topic) < topic.max_message_bytes


@pytest.mark.parametrize("topic", OUTPUTS, ids=lambda topic: topic.name)
def test_the_largest_message_is_as_long_as_the_bound_says(topic: Topic) -> None:
    message = largest_of(topic)
    value = encode(message)
    assert msgspec.json.decode(value, type=topic.value) == message
    assert 0.9 * largest_value(topic.value) < len(value) <= largest_value(topic.value)
    key = getattr(message, topic.key) if topic.key else message.event_id
    assert len(("💥" * len(key)).encode()) <= MAX_KEY_BYTES


def test_headers_are_bounded() -> None:
    lengths = 2 * 5
    assert sum(len(name) + MAX_HEADER_BYTES + lengths for name in CARRIED) <= MAX_HEADERS_BYTES


def test_what_is_read_can_be_as_large_as_its_topic_takes() -> None:
    assert all(topic.max_message_bytes > MAX_VALUE_BYTES for topic in TOPICS if topic.is_input)


def test_a_producer_packs_what_every_topic_takes() -> None:
    app = build_app(build_service(TrendsConfig()), ServiceConfig())
    assert app.conf.producer_max_batch_size == MAX_BATCH_BYTES
    assert app.conf.producer_max_request_size == MAX_BATCH_BYTES
    assert all(topic.max_message_bytes >= MAX_BATCH_BYTES for topic in TOPICS)


class _Inner(msgspec.Struct):
    texts: Annotated[list[str], msgspec.Meta(max_length=3)]


class _Text(msgspec.Struct):
    inner: _Inner


class _List(msgspec.Struct):
    some: list[bool]


class _Mapping(msgspec.Struct):
    some: dict[str, bool]


class _Integer(msgspec.Struct):
    some: Annotated[int, msgspec.Meta(ge=0)]


class _Bytes(msgspec.Struct):
    some: bytes | None


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (_Text, "_Text.inner.texts[] has no max_length"),
        (_List, "_List.some has no max_length"),
        (_Mapping, "_Mapping.some (keys) has no max_length"),
        (_Integer, "_Integer.some has no ge, or no le"),
        (_Bytes, "_Bytes.some has no max_length"),
    ],
)
def test_a_field_without_a_bound_is_named(kind: type[msgspec.Struct], name: str) -> None:
    with pytest.raises(Unbounded) as found:
        largest_value(kind)
    assert str(found.value) == name
