"""The CSV form as messages."""

import pytest

from freshet.contracts.inputs import Click, Impression, Item
from freshet.replay.csv_events import csv_rows, parse_row
from freshet.replay.event import BadLine

CLICK = {
    "topic": "clicks",
    "event_id": "c1",
    "event_time": "1700000000000",
    "user_id": "u",
    "item_id": "i",
}


def test_a_row_is_the_message_that_its_columns_name() -> None:
    event = parse_row({**CLICK, "position": "3", "session_id": ""})
    assert event.key == "u"
    assert event.message == Click(
        event_id="c1", event_time=1_700_000_000_000, user_id="u", item_id="i", position=3
    )


def test_a_time_may_be_written_for_people() -> None:
    for text, form in (
        ("2023-11-14T22:13:20Z", "ISO 8601"),
        ("1700000000", "seconds"),
        ("1700000000000", "milliseconds"),
    ):
        made = parse_row({**CLICK, "event_time": text})
        assert (made.message.time_ms, made.time_form) == (1_700_000_000_000, form)


def test_a_list_is_separated_by_bars() -> None:
    row = {**CLICK, "topic": "impressions", "item_ids": "b|a"}
    del row["item_id"]
    message = parse_row(row).message
    assert isinstance(message, Impression)
    assert message.item_ids == ["b", "a"]


def test_an_item_goes_by_its_own_key() -> None:
    event = parse_row(
        {
            "topic": "items",
            "event_id": "e",
            "event_time": "1700000000000",
            "item_id": "i",
            "title": "T",
        }
    )
    assert isinstance(event.message, Item)
    assert (event.topic.name, event.key) == ("items", "i")


@pytest.mark.parametrize(
    "row",
    [
        {**CLICK, "topic": ""},
        {**CLICK, "topic": "recommendations"},
        {**CLICK, "colour": "red"},
        {**CLICK, "user_id": ""},
        {**CLICK, "position": "-1"},
        {**CLICK, "event_time": "yesterday"},
        {**CLICK, "topic": "feedback", "kind": "rating"},
    ],
)
def test_a_row_that_is_no_message_is_refused_with_the_reason(row: dict[str, str]) -> None:
    with pytest.raises(BadLine, match=r"."):
        parse_row(row)


def test_a_file_without_a_topic_column_is_refused() -> None:
    with pytest.raises(BadLine, match="topic"):
        list(csv_rows(["event_id,event_time", "1,2"]))
