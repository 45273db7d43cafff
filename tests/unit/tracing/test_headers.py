"""Headers are nobody's contract: what is no trace is no trace, and nothing in one does harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.streaming.headers import (
    MAX_HEADER_BYTES,
    TRACEPARENT,
    TRACESTATE,
    carried,
    is_unsampled,
    sender_of,
)

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
SAMPLED = f"00-{TRACE}-{SPAN}-01".encode()


def test_the_sender_is_read_as_w3c_wrote_it() -> None:
    sender = sender_of([(TRACEPARENT, SAMPLED), (TRACESTATE, b"vendor=1")])
    assert sender is not None
    assert f"{sender.trace_id:032x} {sender.span_id:016x}" == f"{TRACE} {SPAN}"
    assert sender.trace_flags.sampled
    assert dict(sender.trace_state) == {"vendor": "1"}


def test_an_unsampled_sender_is_known_as_such() -> None:
    sender = sender_of([(TRACEPARENT, SAMPLED[:-1] + b"0")])
    assert sender is not None
    assert not sender.trace_flags.sampled


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"hello",
        b"\xff" * 55,
        SAMPLED.upper(),
        SAMPLED + b"-more",
        SAMPLED[:-3],
        b"ff" + SAMPLED[2:],
        b"00-" + b"0" * 32 + SAMPLED[35:],
        SAMPLED[:36] + b"0" * 16 + b"-01",
        SAMPLED + b"-" * 10_000_000,
    ],
)
def test_what_is_no_traceparent_is_passed_over(value: bytes) -> None:
    assert sender_of([(TRACEPARENT, value)]) is None


@given(st.lists(st.tuples(st.sampled_from([TRACEPARENT, TRACESTATE, "x"]), st.binary())))
def test_no_header_does_harm(headers: list[tuple[str, bytes]]) -> None:
    sender_of(headers)


def test_what_is_carried_on_is_known_short_and_there_once() -> None:
    headers = [
        ("correlation-id", b"first"),
        ("correlation-id", b"c1"),
        ("cookie", b"secret"),
        (TRACESTATE, b"v=" + b"1" * MAX_HEADER_BYTES),
        (TRACEPARENT, SAMPLED),
        ("correlation-id", None),
    ]
    assert carried(headers) == (("correlation-id", b"c1"), (TRACEPARENT, SAMPLED))  # type: ignore[arg-type]


@given(st.integers(0, 255))
def test_the_cheap_look_at_the_flags_is_right(flags: int) -> None:
    headers = [(TRACEPARENT, SAMPLED[:-2] + f"{flags:02x}".encode())]
    sender = sender_of(headers)
    assert sender is not None
    assert is_unsampled(headers) is not sender.trace_flags.sampled
