"""Topics as contracts: their examples, their documents, and what must not break."""

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.asyncapi import asyncapi, asyncapi_json
from freshet.contracts.codec import MAX_VALUE_BYTES, Unprocessable, decoder, encode
from freshet.contracts.compatibility import breaking_changes, schema_of
from freshet.contracts.registry import CLICKS, FEEDBACK, ITEMS, TOPICS, Topic
from freshet.topics.document import topics_markdown

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "reference"

EXAMPLES = [
    pytest.param(topic, line, id=f"{topic.name}-{n}")
    for topic in TOPICS
    for n, line in enumerate((HERE / "golden" / f"{topic.name}.jsonl").read_bytes().splitlines())
]


def key_of(topic: Topic, example: dict[str, Any]) -> bytes:
    return str(example[topic.key]).encode() if topic.key else b"any"


@pytest.mark.parametrize(("topic", "line"), EXAMPLES)
def test_a_golden_example_is_read_and_written_unchanged(topic: Topic, line: bytes) -> None:
    decode = decoder(topic)
    message = decode(key_of(topic, json.loads(line)), line)
    assert decode(key_of(topic, json.loads(line)), encode(message)) == message


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_has_examples_that_show_every_field(topic: Topic) -> None:
    shown: set[str] = set()
    lines = (HERE / "golden" / f"{topic.name}.jsonl").read_bytes().splitlines()
    assert len(lines) >= 2
    for line in lines:
        shown |= json.loads(line).keys()
    assert shown == {field.name for field in msgspec.structs.fields(topic.value)}


CLICK = {"event_id": "e", "event_time": 1_700_000_000_000, "user_id": "ada", "item_id": "i"}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        (b"[" * 500_000, "schema"),
        (b'{"event_id":' + b'{"a":' * 100_000, "schema"),
        (json.dumps({**CLICK, "user_id": 7}).encode(), "schema"),
        (json.dumps({**CLICK, "user_id": ""}).encode(), "schema"),
        (json.dumps({**CLICK, "user_id": "x" * 129}).encode(), "schema"),
        (json.dumps({**CLICK, "event_time": -1}).encode(), "schema"),
        (json.dumps({**CLICK, "event_time": 1_700_000_000}).encode(), "schema"),
        (json.dumps({**CLICK, "event_time": "0001-01-01T00:00:00Z"}).encode(), "schema"),
        (json.dumps({**CLICK, "event_time": "0001-01-01T00:00:00+14:00"}).encode(), "schema"),
        (json.dumps({**CLICK, "event_time": "1973-03-03T09:46:39Z"}).encode(), "schema"),
        (json.dumps({**CLICK, "event_time": "2100-01-01T00:00:01Z"}).encode(), "schema"),
        (json.dumps({**CLICK, "event_time": "9999-12-31T23:59:59Z"}).encode(), "schema"),
        (json.dumps({**CLICK, "event_time": "2026-01-01T00:00:00"}).encode(), "schema"),
        (json.dumps({**CLICK, "event_time": 10**30}).encode(), "schema"),
        (json.dumps({**CLICK, "position": float("nan")}).encode(), "not_json"),
        (json.dumps({**CLICK, "position": 1e999}).encode(), "not_json"),
        (json.dumps({**CLICK, "schema_version": "2.0"}).encode(), "schema_version"),
        (json.dumps({"schema_version": "7.1", "new": True}).encode(), "schema_version"),
        (json.dumps({**CLICK, "schema_version": "one"}).encode(), "schema_version"),
        (json.dumps({**CLICK, "schema_version": "1.x"}).encode(), "schema"),
        (json.dumps({**CLICK, "user_id": "eve"}).encode(), "key_mismatch"),
        (b" " * (MAX_VALUE_BYTES + 1), "too_large"),
    ],
)
def test_rubbish_is_refused_with_its_reason(value: bytes, reason: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        decoder(CLICKS)(b"ada", value)
    assert refusal.value.reason == reason


def test_a_newer_minor_form_with_unknown_fields_is_read() -> None:
    newer = json.dumps({**CLICK, "schema_version": "1.9", "mood": "good"}).encode()
    assert decoder(CLICKS)(b"ada", newer).item_id == "i"


@pytest.mark.parametrize(("kind", "rating"), [("rating", None), ("like", 0.5)])
def test_a_rating_and_its_value_go_together(kind: str, rating: float | None) -> None:
    with pytest.raises(Unprocessable, match="rating"):
        decoder(FEEDBACK)(b"ada", json.dumps({**CLICK, "kind": kind, "rating": rating}).encode())


@given(st.sampled_from(TOPICS), st.none() | st.binary(max_size=20), st.binary(max_size=200))
def test_no_bytes_make_a_decoder_fail(topic: Topic, key: bytes | None, value: bytes) -> None:
    with pytest.raises(Unprocessable):
        decoder(topic)(key, value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(
    st.sampled_from([CLICKS, FEEDBACK, ITEMS]),
    st.dictionaries(
        st.sampled_from(["event_id", "user_id", "item_id", "tags", "kind"]), json_values
    ),
)
def test_no_json_makes_a_decoder_fail(topic: Topic, fields: dict[str, Any]) -> None:
    value = json.dumps({**CLICK, "title": "t", **fields}).encode("utf-8", "surrogatepass")
    with suppress(Unprocessable):
        message = decoder(topic)(b"ada", value)
        assert decoder(topic)(b"ada", encode(message)) == message


def test_the_registry_is_coherent() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    for topic in TOPICS:
        fields = {field.name for field in msgspec.structs.fields(topic.value)}
        assert topic.key is None or topic.key in fields
        assert topic.tombstones == (topic.cleanup == "compact")
    of_users = {topic.partitions for topic in TOPICS if topic.key == "user_id"}
    assert len(of_users) == 1, "a user's events and state share a partition number"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_no_form_breaks_what_was_promised(topic: Topic) -> None:
    kept = json.loads((HERE / "schemas" / f"{topic.name}.json").read_text("utf-8"))
    assert breaking_changes(kept, schema_of(topic)) == []
    assert kept == schema_of(topic), "compatible: accept it with `make golden`"


def changed(path: str, value: Any) -> Any:
    schema = copy.deepcopy(schema_of(FEEDBACK))
    *place, last = path.split("/")
    where = schema["$defs"]["Feedback"]
    for step in place:
        where = where[step]
    if value is None:
        del where[last]
    else:
        where[last] = value
    return schema


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("properties/item_id", None, "item_id: the field is gone"),
        ("properties/item_id/type", "integer", "item_id: type was 'string', is 'integer'"),
        ("properties/item_id/maxLength", 5, "item_id: maxLength was 128, is 5"),
        ("properties/kind/enum", ["like"], "kind: enum was"),
        ("required", ["event_id", "event_time", "user_id", "item_id", "kind", "rating"], "rating:"),
    ],
)
def test_a_break_is_seen(path: str, value: Any, sentence: str) -> None:
    (found,) = breaking_changes(schema_of(FEEDBACK), changed(path, value))
    assert found.startswith(sentence)


def test_a_new_field_breaks_nothing() -> None:
    new = changed("properties/mood", {"type": "string"})
    assert breaking_changes(schema_of(FEEDBACK), new) == []


def test_the_asyncapi_document_is_one() -> None:
    schema = json.loads((HERE / "asyncapi-3.0.0.schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(asyncapi())
    assert set(asyncapi()["channels"]) == {topic.name for topic in TOPICS}


@pytest.mark.parametrize(
    ("file", "text"), [("asyncapi.json", asyncapi_json()), ("topics.md", topics_markdown())]
)
def test_the_reference_is_of_today(file: str, text: str) -> None:
    assert (DOCS / file).read_text("utf-8") == text, "run `make docs`"
