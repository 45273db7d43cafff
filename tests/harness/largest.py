"""The largest message of a topic's type: every field there, as long as the type allows."""

from typing import Any

import msgspec
from msgspec import inspect

from freshet.contracts.envelope import Message
from freshet.contracts.registry import Topic


def largest_of(topic: Topic) -> Message:
    """The largest message that a topic's type allows."""
    return msgspec.convert(_largest(inspect.type_info(topic.value)), topic.value)


def _largest(info: inspect.Type) -> Any:
    match info:
        case inspect.Metadata():
            return _largest(info.type)
        case inspect.NoneType():
            return None
        case inspect.BoolType():
            return False
        case inspect.IntType():
            return max(info.ge or 0, info.le or 0, key=lambda bound: len(str(bound)))
        case inspect.FloatType():
            # The longest float, or the longest within bounds.
            longest = 2.2250738585072014e-308
            return -longest if info.ge is None and info.gt is None else longest
        case inspect.DateTimeType():
            return "2026-01-01T00:00:00.000001+14:00"
        case inspect.LiteralType():
            return max(info.values, key=lambda value: len(str(value)))
        case inspect.StrType() if info.pattern:
            return "0" * (info.max_length or 0)
        case inspect.StrType():
            return "\x01" * (info.max_length or 0)
        case inspect.BytesType():
            return b"\xff" * (info.max_length or 0)
        case inspect.ListType():
            return [_largest(info.item_type)] * (info.max_length or 0)
        case inspect.DictType():
            key, value = _largest(info.key_type), _largest(info.value_type)
            count = info.max_length or 0
            digits = len(str(count - 1))
            return {f"{n:0{digits}}{key[digits:]}": value for n in range(count)}
        case inspect.UnionType():
            made = [_largest(one) for one in info.types]
            return max(made, key=lambda value: len(msgspec.json.encode(value)))
        case inspect.StructType() if info.array_like:
            return [_largest(field.type) for field in info.fields]
        case inspect.StructType():
            return {field.encode_name: _largest(field.type) for field in info.fields}
        case _:
            raise NotImplementedError(f"{info}: say what is the largest of it")
