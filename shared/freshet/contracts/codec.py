"""Bytes to messages and back. Decoding never trusts its input: what is wrong has a reason."""

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from freshet.contracts.derived import DeadLetterReason
from freshet.contracts.envelope import (
    CURRENT_SCHEMA_VERSION,
    EARLIEST_MS,
    LATEST_MS,
    SCHEMA_VERSION_PATTERN,
    Message,
)
from freshet.contracts.registry import Topic

M = TypeVar("M", bound=Message)

#: Larger values are refused unread; the broker's own default limit is the same.
MAX_VALUE_BYTES = 1_048_576

_OUR_MAJOR = CURRENT_SCHEMA_VERSION.partition(".")[0]
_encode = msgspec.json.Encoder().encode


class Unprocessable(Exception):
    """This record can never be processed: it belongs to the dead letters.

    Attributes:
        reason: a code of `DeadLetterReason`.
        detail: what exactly is wrong, for a person.
    """

    def __init__(self, reason: DeadLetterReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: DeadLetterReason = reason
        self.detail = detail


class _Version(msgspec.Struct):
    schema_version: str = CURRENT_SCHEMA_VERSION


@dataclass(frozen=True)
class Decoder(Generic[M]):
    """Decodes the records of one topic.

    Attributes:
        type: the Struct of the topic's values.
        key_field: the field that the record's key must equal, if any.
    """

    type: type[M]
    key_field: str | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "_decode", msgspec.json.Decoder(self.type).decode)

    def __call__(self, key: bytes | None, value: bytes) -> M:
        """The message of a record, its event time in milliseconds.

        Raises:
            Unprocessable: the value is too large, no JSON, of another form or of an unknown
                major version, its time is out of bounds, or the key is not the one that the topic
                asks for.
        """
        if len(value) > MAX_VALUE_BYTES:
            raise Unprocessable("too_large", f"{len(value)} bytes, at most {MAX_VALUE_BYTES}")
        try:
            message: M = self._decode(value)  # type: ignore[attr-defined]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _explain(value, error) from error
        if type(message.event_time) is not int:
            message = _in_milliseconds(message)
        if message.schema_version != CURRENT_SCHEMA_VERSION:
            _check_version(message.schema_version)
        if self.key_field is not None:
            wanted = getattr(message, self.key_field)
            if key != wanted.encode():
                raise Unprocessable(
                    "key_mismatch",
                    f"the key must be {self.key_field} {wanted!r}, it is {key and key[:512]!r}",
                )
        return message


def decoder(topic: Topic) -> Decoder[Any]:
    """The decoder of a topic's records."""
    return Decoder(topic.value, topic.key)


def encode(message: Message) -> bytes:
    """The JSON bytes of a message."""
    return _encode(message)


def not_after(message: M, receipt_ms: int) -> M:
    """The message, its time no later than the broker's receipt of it.

    A producer's clock may be wrong. One event from the future would age everything else, and
    stay the newest for as long as it is ahead.

    Args:
        message: as a decoder gave it.
        receipt_ms: when the broker took it.
    """
    if message.time_ms <= receipt_ms:
        return message
    return msgspec.structs.replace(message, event_time=max(receipt_ms, EARLIEST_MS))


def _in_milliseconds(message: M) -> M:
    """The message with its time as a number, in the bounds that numbers have."""
    time_ms = message.time_ms
    if not EARLIEST_MS <= time_ms <= LATEST_MS:
        raise Unprocessable(
            "schema", f"event_time {message.event_time} is not between March 1973 and 2100"
        )
    return msgspec.structs.replace(message, event_time=time_ms)


def _explain(value: bytes, error: Exception) -> Unprocessable:
    """Tell no JSON, a newer form and a wrong form apart: each is mended by someone else."""
    try:
        version = msgspec.json.decode(value, type=_Version).schema_version
    except (msgspec.ValidationError, RecursionError):
        return Unprocessable("schema", _hinted(error))
    except (msgspec.DecodeError, UnicodeDecodeError) as not_json:
        return Unprocessable("not_json", str(not_json))
    try:
        _check_version(version)
    except Unprocessable as unknown_version:
        return unknown_version
    return Unprocessable("schema", _hinted(error))


def _hinted(error: Exception) -> str:
    """The text of an error of form; of a time that is too small, with what it may be."""
    text = str(error)
    if f">= {EARLIEST_MS}" in text:
        return f"{text}: times are in milliseconds; are these seconds?"
    return text


def _check_version(version: str) -> None:
    if version.partition(".")[0] != _OUR_MAJOR:
        raise Unprocessable(
            "schema_version", f"form {version} is unknown here, {_OUR_MAJOR}.x is read"
        )
    if not re.search(SCHEMA_VERSION_PATTERN, version):
        raise Unprocessable("schema", f"schema_version must be major.minor, it is {version!r}")
