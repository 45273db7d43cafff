"""However a batch is read, each record is read or has a letter, once."""

from dataclasses import dataclass

from freshet.contracts.codec import encode
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS
from freshet.streaming.batch import Batch
from freshet.streaming.decoding import BatchDecoder


@dataclass
class Record:
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 5
    headers: tuple[tuple[str, bytes], ...] = ()


def click(offset: int, user: str) -> Record:
    made = Click(event_id=f"e{offset}", event_time=1, user_id=user, item_id="i")
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
