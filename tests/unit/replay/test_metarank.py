"""Metarank's JSON lines as messages."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.codec import decoder, encode
from freshet.contracts.inputs import Click, Feedback, Impression, Item
from freshet.replay.event import BadLine
from freshet.replay.metarank import parse_metarank


def line(**event: Any) -> bytes:
    return msgspec.json.encode(event)


def item_line(**fields: Any) -> bytes:
    pairs = [{"name": name, "value": value} for name, value in fields.items()]
    return line(event="item", id="e1", item="7", timestamp="1636907100000", fields=pairs)


def item(**fields: Any) -> Item:
    message = parse_metarank(item_line(**fields)).message
    assert isinstance(message, Item)
    return message


def test_an_item_keeps_its_texts_its_shelf_and_the_rest() -> None:
    made = item(
        title="The Mill",
        description="A miller leaves.",
        genres=["drama", "comedy"],
        tags=["river", "drama"],
        release_date=8.0e8,
        runtime=101.0,
        actors=["a", "b"],
    )
    assert (made.item_id, made.event_id, made.event_time) == ("7", "e1", 1636907100000)
    assert (made.title, made.text, made.category) == ("The Mill", "A miller leaves.", "drama")
    assert sorted(made.tags) == ["comedy", "drama", "river"]
    assert made.published_at == datetime(1995, 5, 9, 6, 13, 20, tzinfo=UTC)
    assert made.attributes == {
        "runtime": 101.0,
        "actors": ["a", "b"],
        "release_date": 8.0e8,
    }


def test_a_ranking_is_an_impression_in_the_order_shown() -> None:
    event = parse_metarank(
        line(
            event="ranking",
            id="r1",
            user="u",
            session="s",
            timestamp="1636907100000",
            items=[{"id": "3"}, {"id": "1"}, {"id": "2"}],
        )
    )
    assert event.topic.name == "impressions"
    assert event.key == "u"
    assert isinstance(event.message, Impression)
    assert event.message.item_ids == ["3", "1", "2"]
    assert event.message.recommendation_id is None


def interaction(kind: str) -> bytes:
    return line(
        event="interaction",
        id="i1",
        user="u",
        item="3",
        ranking="r1",
        timestamp="1636907100001",
        type=kind,
    )


def test_a_click_is_no_click_on_a_list_of_ours() -> None:
    event = parse_metarank(interaction("click"))
    assert isinstance(event.message, Click)
    assert event.message.recommendation_id is None
    assert (event.topic.name, event.message.event_id) == ("clicks", "i1")


@pytest.mark.parametrize("kind", ["like", "dislike", "dismiss", "purchase", "hide"])
def test_an_interaction_that_we_have_a_word_for_is_feedback(kind: str) -> None:
    message = parse_metarank(interaction(kind)).message
    assert isinstance(message, Feedback)
    assert message.kind == kind


@pytest.mark.parametrize(
    "bad",
    [
        interaction("rating"),
        interaction("stared-at"),
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff",
        b'{"event":"user","id":"1"}',
        line(event="ranking", id="r1", user="u", timestamp="1636907100000", items=[]),
        line(
            event="interaction", id="", user="u", item="3", timestamp="1636907100001", type="click"
        ),
        line(event="interaction", id="i", user="u", item="3", timestamp="9" * 18, type="click"),
        item_line(title="x", release_date=1e300),
        item_line(title="x", release_date=1e306),
        item_line(title="x", genres=["g" * 500]),
    ],
)
def test_what_is_no_event_is_a_bad_line_or_a_message_that_services_accept(bad: bytes) -> None:
    try:
        event = parse_metarank(bad)
    except BadLine:
        return
    decoder(event.topic)(event.key.encode(), encode(event.message))


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_make_a_bad_line(noise: bytes) -> None:
    with pytest.raises(BadLine):
        parse_metarank(noise)


@pytest.mark.parametrize(
    ("timestamp", "form"),
    [
        ("1636907100", "seconds"),
        (1636907100.0, "seconds"),
        ("1636907100000", "milliseconds"),
        (1636907100000, "milliseconds"),
        ("2021-11-14T16:25:00Z", "ISO 8601"),
        ("2021-11-14T17:25:00+01:00", "ISO 8601"),
        ("2021-11-14T16:25:00", "ISO 8601"),
    ],
)
def test_a_time_is_read_as_seconds_milliseconds_or_iso(timestamp: object, form: str) -> None:
    one = line(event="interaction", id="i", user="u", item="3", timestamp=timestamp, type="click")
    event = parse_metarank(one)
    assert (event.message.time_ms, event.time_form) == (1_636_907_100_000, form)


@pytest.mark.parametrize("released", [-486_432_000, "1954-08-03", "1954-08-03T00:00:00Z"])
def test_a_film_of_1954_keeps_its_date(released: object) -> None:
    message = parse_metarank(item_line(title="x", release_date=released)).message
    assert isinstance(message, Item)
    assert message.published_at == datetime(1954, 8, 3, tzinfo=UTC)
