"""Metarank's JSON lines as messages."""

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
    assert made.published_at == 800_000_000_000
    assert made.attributes == {
        "runtime": 101.0,
        "actors": ["a", "b"],
        "release_date": 8.0e8,
    }


def test_a_release_before_the_epoch_is_no_publication_time() -> None:
    assert item(title="Old", release_date=-1.0e9).published_at is None


def test_a_ranking_is_an_impression_in_the_order_shown() -> None:
    event = parse_metarank(
        line(
            event="ranking",
            id="r1",
            user="u",
            session="s",
            timestamp="5",
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
        event="interaction", id="i1", user="u", item="3", ranking="r1", timestamp="6", type=kind
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
        line(event="ranking", id="r1", user="u", timestamp="5", items=[]),
        line(event="interaction", id="", user="u", item="3", timestamp="6", type="click"),
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
