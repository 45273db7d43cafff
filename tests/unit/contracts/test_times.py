"""Times at the gate: what is accepted can be stored, published and read back."""

import json
from typing import Any

import pytest

from freshet.contracts.codec import Unprocessable, decoder, encode
from freshet.contracts.inputs import Item
from freshet.contracts.registry import CATALOG, CLICKS, ITEMS
from freshet.domain.content.entry import entry_of
from freshet.domain.content.tags import Tagged
from freshet.domain.content.understanding import Understood

ITEM: dict[str, Any] = {
    "event_id": "e",
    "event_time": 1_700_000_000_000,
    "item_id": "i",
    "title": "The Two Towers",
}
EPOCH_1954_MS = -486_864_000_000


def item(published_at: object) -> Item:
    value = json.dumps({**ITEM, "published_at": published_at}).encode()
    message: Item = decoder(ITEMS)(b"i", value)
    return message


@pytest.mark.parametrize(
    ("published_at", "published_ms"),
    [
        ("1954-07-29T00:00:00Z", EPOCH_1954_MS),
        (EPOCH_1954_MS, EPOCH_1954_MS),
        (0, 0),
        (31_536_000_000, 31_536_000_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("0001-01-01T00:00:00+14:00", -62_135_596_800_000 - 14 * 3_600_000),
        ("2100-01-01T00:00:00Z", 4_102_444_800_000),
    ],
)
def test_an_old_item_has_an_entry_that_can_be_read(published_at: object, published_ms: int) -> None:
    made = entry_of(item(published_at), Understood(Tagged(["tag"], {}), bytes(256), "en"))
    assert made.published_ms == published_ms
    assert decoder(CATALOG)(b"i", encode(made)) == made


@pytest.mark.parametrize(
    "published_at",
    ["2100-01-01T00:00:00.001Z", "9999-12-31T23:59:59-14:00", 4_102_444_800_001, 10**30, "1954"],
)
def test_a_date_out_of_bounds_is_refused(published_at: object) -> None:
    with pytest.raises(Unprocessable, match="published_at"):
        item(published_at)


@pytest.mark.parametrize("published_at", [1_700_000_000, 100_000_000])
def test_a_date_in_seconds_is_asked_about(published_at: int) -> None:
    with pytest.raises(Unprocessable, match="are these seconds"):
        item(published_at)


@pytest.mark.parametrize("event_time", [1_700_000_000, 0, 99_999_999_999])
def test_an_event_in_seconds_is_asked_about(event_time: int) -> None:
    value = {"event_id": "e", "event_time": event_time, "user_id": "ada", "item_id": "i"}
    with pytest.raises(Unprocessable, match=r"event_time.*are these seconds"):
        decoder(CLICKS)(b"ada", json.dumps(value).encode())


def test_a_text_becomes_milliseconds() -> None:
    value = {"event_id": "e", "event_time": "2023-11-14T23:13:20+01:00", "user_id": "ada"}
    message = decoder(CLICKS)(b"ada", json.dumps({**value, "item_id": "i"}).encode())
    assert message.event_time == 1_700_000_000_000
