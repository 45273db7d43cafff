"""A state never goes back: what knows less never replaces what knows more, and nothing is lost."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.registry import INTERESTS
from freshet.streaming.ordering import applied_of
from freshet.streaming.state import PartitionedState


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
    assert memory.loaded(0) == ([(b"ada", state(clicks=7, queries=2))], {})
    assert memory.loaded(0) == ([], {})


@pytest.mark.parametrize("later", [state(clicks=8), state(clicks=7), state(clicks=7, carts=0)])
def test_a_record_that_knows_as_much_or_more_is_kept(later: bytes) -> None:
    memory = loaded(state(clicks=7), later)
    assert memory.get(0, b"ada") == later
    assert memory.loaded(0) == ([], {})


def test_what_was_mended_already_needs_no_mending() -> None:
    memory = loaded(state(clicks=7), state(clicks=5), state(clicks=7))
    assert memory.loaded(0) == ([], {})


def test_after_a_tombstone_a_state_begins_anew() -> None:
    memory = loaded(state(clicks=7), None, state(clicks=0))
    assert memory.get(0, b"ada") == state(clicks=0)
    assert memory.loaded(0) == ([], {})


def test_rubbish_replaces_nothing() -> None:
    memory = loaded(state(clicks=0), b"{")
    assert memory.get(0, b"ada") == state(clicks=0)
    assert memory.loaded(0) == ([(b"ada", state(clicks=0))], {})
    assert [(one.key, one.value) for one in memory.refused] == [(b"ada", b"{")]
    assert [applied_of(one) for one in (b"", b"[1]", b"\xff", b"{}")] == [None, None, None, {}]


def test_the_first_offset_of_a_topic_is_something_to_know() -> None:
    assert loaded(state(clicks=7, carts=0), state(clicks=7)).get(0, b"ada") == state(
        clicks=7, carts=0
    )


def test_of_states_that_parted_the_larger_is_kept_and_what_it_lacks_is_noted() -> None:
    # Both were made of clicks 10 and queries 5, by two workers.
    memory = loaded(state(clicks=10, queries=6), state(clicks=13, queries=5))
    assert memory.get(0, b"ada") == state(clicks=13, queries=5)
    assert memory.loaded(0) == ([], {"queries": 6})
    memory = loaded(state(clicks=13, queries=5), state(clicks=10, queries=6))
    assert memory.loaded(0) == ([(b"ada", state(clicks=13, queries=5))], {"queries": 6})


def test_what_lacks_as_much_as_it_has_more_replaces_nothing() -> None:
    memory = loaded(state(clicks=10, queries=6), state(clicks=11, queries=5))
    assert memory.loaded(0) == ([(b"ada", state(clicks=10, queries=6))], {"clicks": 11})


def test_writing_the_kept_one_again_does_not_hide_what_it_lacks() -> None:
    kept = state(clicks=13, queries=5)
    assert loaded(kept, state(clicks=10, queries=6), kept).loaded(0) == ([], {"queries": 6})


def test_a_state_that_knows_what_both_knew_lacks_nothing() -> None:
    parted = state(clicks=13, queries=5), state(clicks=10, queries=6)
    assert loaded(*parted, state(clicks=13, queries=6)).loaded(0) == ([], {})
    assert loaded(*parted, state(clicks=14, queries=5)).loaded(0) == ([], {"queries": 6})
    assert loaded(*parted, None).loaded(0) == ([], {})
    assert loaded(*parted, None, state(queries=0)).loaded(0) == ([], {})


applied = st.dictionaries(st.sampled_from(["clicks", "queries", "carts"]), st.integers(0, 9))


@given(st.lists(applied, min_size=1))
def test_what_is_kept_and_what_it_lacks_is_all_that_any_state_knew(states: list[Any]) -> None:
    memory = loaded(*(state(**one) for one in states))
    kept = applied_of(memory.get(0, b"ada") or b"")
    assert kept is not None
    _, lacking = memory.loaded(0)
    for topic in ("clicks", "queries", "carts"):
        known = max(one.get(topic, -1) for one in states)
        assert kept.get(topic, -1) == (known if topic not in lacking else lacking[topic] - 1)
        assert (topic in lacking) == (kept.get(topic, -1) < known)


def test_what_is_forgotten_is_loaded_anew() -> None:
    memory = loaded(state(clicks=13, queries=5), state(clicks=10, queries=6))
    memory.forget_all()
    assert memory.missing([0]) == [0]
    memory.begin([0])
    assert memory.loaded(0) == ([], {})
