"""Bytes to messages and back. Decoding never trusts its input: what is wrong has a reason."""

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from freshet.contracts.derived import DeadLetterReason
from freshet.contracts.envelope import CURRENT_SCHEMA_VERSION, SCHEMA_VERSION_PATTERN, Message
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
        """The message of a record.

        Raises:
            Unprocessable: the value is too large, no JSON, of another form or of an unknown
                major version, or the key is not the one that the topic asks for.
        """
        if len(value) > MAX_VALUE_BYTES:
            raise Unprocessable("too_large", f"{len(value)} bytes, at most {MAX_VALUE_BYTES}")
        try:
            message: M = self._decode(value)  # type: ignore[attr-defined]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _explain(value, error) from error
        if message.schema_version != CURRENT_SCHEMA_VERSION:
            _check_version(message.schema_version)
        if self.key_field is not None:
            wanted = getattr(message, self.key_field)
            if key != wanted.encode():
                raise Unprocessable(
                    "key_mismatch",
                    f"the key must be {self.key_field} {wanted!r}, it is {key!r}",
                )
        return message


def decoder(topic: Topic) -> Decoder[Any]:
    """The decoder of a topic's records."""
    return Decoder(topic.value, topic.key)


def encode(message: Message) -> bytes:
    """The JSON bytes of a message."""
    return _encode(message)


def _explain(value: bytes, error: Exception) -> Unprocessable:
    """Tell no JSON, a newer form and a wrong form apart: each is mended by someone else."""
    try:
        version = msgspec.json.decode(value, type=_Version).schema_version
    except (msgspec.ValidationError, RecursionError):
        return Unprocessable("schema", str(error))
    except (msgspec.DecodeError, UnicodeDecodeError) as not_json:
        return Unprocessable("not_json", str(not_json))
    try:
        _check_version(version)
    except Unprocessable as unknown_version:
        return unknown_version
    return Unprocessable("schema", str(error))


def _check_version(version: str) -> None:
    if version.partition(".")[0] != _OUR_MAJOR:
        raise Unprocessable(
            "schema_version", f"form {version} is unknown here, {_OUR_MAJOR}.x is read"
        )
    if not re.search(SCHEMA_VERSION_PATTERN, version):
        raise Unprocessable("schema", f"schema_version must be major.minor, it is {version!r}")
