"""A state never goes back: what knows less never replaces what knows more."""

from dataclasses import dataclass

import msgspec
import pytest

from freshet.contracts.registry import INTERESTS
from freshet.streaming.state import PartitionedState, events_known


@dataclass
class Record:
    key: bytes
    value: bytes | None


def state(**applied: int) -> bytes:
    return msgspec.json.encode({"user_id": "ada", "applied": applied})


def loaded(*values: bytes | None) -> PartitionedState:
    memory = PartitionedState(INTERESTS)
    memory.begin([0])
    for value in values:
        memory.load("interests", 0, [Record(b"ada", value)])
    return memory


def test_a_record_that_knows_less_is_passed_over_and_written_right_again() -> None:
    memory = loaded(state(clicks=7, queries=2), state(clicks=5, queries=2))
    assert memory.get(0, b"ada") == state(clicks=7, queries=2)
    assert memory.take_stale(0) == [(b"ada", state(clicks=7, queries=2))]
    assert memory.take_stale(0) == []


@pytest.mark.parametrize("later", [state(clicks=8), state(clicks=7), state(clicks=7, carts=0)])
def test_a_record_that_knows_as_much_or_more_is_kept(later: bytes) -> None:
    memory = loaded(state(clicks=7), later)
    assert memory.get(0, b"ada") == later
    assert memory.take_stale(0) == []


def test_what_was_mended_already_needs_no_mending() -> None:
    memory = loaded(state(clicks=7), state(clicks=5), state(clicks=7))
    assert memory.take_stale(0) == []


def test_after_a_tombstone_a_state_begins_anew() -> None:
    memory = loaded(state(clicks=7), None, state(clicks=0))
    assert memory.get(0, b"ada") == state(clicks=0)
    assert memory.take_stale(0) == []


def test_rubbish_replaces_nothing() -> None:
    memory = loaded(state(clicks=0), b"{")
    assert memory.get(0, b"ada") == state(clicks=0)
    assert memory.take_stale(0) == [(b"ada", state(clicks=0))]
    assert [(one.key, one.value) for one in memory.refused] == [(b"ada", b"{")]
    assert [events_known(one) for one in (b"", b"[1]", b"\xff", b"{}")] == [-1, -1, -1, 0]
