"""However a batch is read, each record is read or has a letter, once."""

import time
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from freshet.contracts.codec import encode
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS
from freshet.streaming.batch import Batch
from freshet.streaming.decoding import BatchDecoder

T0 = 1_700_000_000_000


@dataclass
class Record:
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = T0 + 7
    timestamp_type: int = 1
    headers: tuple[tuple[str, bytes], ...] = ()


def click(offset: int, user: str) -> Record:
    made = Click(event_id=f"e{offset}", event_time=T0, user_id=user, item_id="i")
    return Record(offset, user.encode(), encode(made))


def batch() -> Batch:
    records = [
        click(0, "ada"),
        click(1, "bob"),
        Record(2, b"ada", b"{"),
        click(3, "ada"),
        Record(4, None, None),
        click(5, "bob"),
    ]
    return BatchDecoder(CLICKS, "test")(3, records)


def by_key(batch: Batch) -> dict[bytes, list[int]]:
    return {
        key: [record.offset for record in batch.read(some)] for key, some in batch.by_key().items()
    }


def refused(batch: Batch) -> dict[int, str]:
    assert len(batch.letters) == len({letter.offset for letter in batch.letters})
    return {letter.offset: letter.reason for letter in batch.letters}


UNREADABLE = {2: "not_json", 4: "missing_value"}


def test_read_at_once() -> None:
    read = batch()
    assert [record.offset for record in read.records] == [0, 1, 3, 5]
    assert read.records is read.records
    assert refused(read) == UNREADABLE
    assert read.size == 6


def test_read_by_key_in_order() -> None:
    read = batch()
    assert by_key(read) == {b"ada": [0, 3], b"bob": [1, 5], b"": []}
    assert refused(read) == UNREADABLE


def test_what_was_read_at_once_is_given_by_key_as_it_is() -> None:
    read = batch()
    assert read.records
    assert by_key(read) == {b"ada": [0, 3], b"bob": [1, 5]}
    assert refused(read) == UNREADABLE


def dated(time_ms: object, **fields: Any) -> tuple[int, Batch]:
    value = {"event_id": "e", "event_time": time_ms, "user_id": "ada", "item_id": "i"}
    record = Record(0, b"ada", msgspec.json.encode(value), **fields)
    read = BatchDecoder(CLICKS, "test")(3, [record])
    (received,) = read.records
    return received.message.event_time, read


@pytest.mark.parametrize(
    ("time_ms", "counted_ms", "future"),
    [
        (T0, T0, 0),
        (T0 + 7, T0 + 7, 0),
        (T0 + 8, T0 + 7, 1),
        (T0 + 365 * 24 * 3_600_000, T0 + 7, 1),
        ("2023-11-14T22:13:20Z", T0, 0),
        ("2023-11-15T22:13:20+00:00", T0 + 7, 1),
    ],
)
def test_an_event_is_never_later_than_the_brokers_receipt_of_it(
    time_ms: object, counted_ms: int, future: int
) -> None:
    counted, read = dated(time_ms)
    assert (counted, read.future) == (counted_ms, future)


def test_a_producers_own_stamp_counts_up_to_now() -> None:
    year_3000 = 32_503_680_000_000
    before_ms = time.time_ns() // 1_000_000
    counted, read = dated(4_000_000_000_000, timestamp=year_3000, timestamp_type=0)
    assert before_ms <= counted <= time.time_ns() // 1_000_000
    assert read.records[0].broker_time_ms == counted
    assert dated(T0, timestamp=-1, timestamp_type=0)[1].records[0].broker_time_ms == 0
