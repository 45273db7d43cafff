"""How large a record of a topic can become, by the types of its values alone.

What a service publishes must fit its topic, or the broker refuses it for ever. Each text, list and
mapping of a type has a longest length, each integer its bounds; their worst JSON is added up here,
and a test holds the sum against the topic's limit.
"""

from typing import Any

import msgspec
from msgspec import inspect

from freshet.contracts.envelope import MAX_KEY_BYTES
from freshet.contracts.registry import Topic

#: All headers of a record that Freshet publishes, their names and lengths included.
MAX_HEADERS_BYTES = 2_048

#: What Kafka adds to the only record of a batch: 61 bytes, and lengths and times of the record.
_FRAME_BYTES = 128

#: The longest number and time; in JSON a control character is six bytes, no other is more.
_FLOAT, _TIME, _CHARACTER = 24, 34, 6


class Unbounded(Exception):
    """A field can become of any length; the text names it."""


def largest_record(topic: Topic) -> int:
    """Bytes of the largest record that a topic's type allows, as a batch of its own.

    Raises:
        Unbounded: a field of the type has no longest length.
    """
    return _FRAME_BYTES + MAX_KEY_BYTES + MAX_HEADERS_BYTES + largest_value(topic.value)


def largest_value(kind: type[msgspec.Struct]) -> int:
    """Bytes of the longest JSON of a Struct.

    Raises:
        Unbounded: a field has no longest length.
    """
    return _largest(inspect.type_info(kind), kind.__name__)


def _largest(info: inspect.Type, path: str) -> int:
    match info:
        case inspect.Metadata():
            return _largest(info.type, path)
        case inspect.NoneType():
            return len("null")
        case inspect.BoolType():
            return len("false")
        case inspect.IntType():
            if info.ge is None or info.le is None:
                raise Unbounded(f"{path} has no ge, or no le")
            return max(len(str(info.ge)), len(str(info.le)))
        case inspect.FloatType():
            return _FLOAT
        case inspect.DateTimeType():
            return _TIME
        case inspect.LiteralType():
            return max(len(msgspec.json.encode(value)) for value in info.values)
        case inspect.StrType():
            return 2 + _CHARACTER * _longest(info, path)
        case inspect.BytesType():
            # Base64.
            return 2 + 4 * -(-_longest(info, path) // 3)
        case inspect.ListType():
            return 2 + _longest(info, path) * (1 + _largest(info.item_type, f"{path}[]"))
        case inspect.DictType():
            key = _largest(info.key_type, f"{path} (keys)")
            return 2 + _longest(info, path) * (2 + key + _largest(info.value_type, f"{path}{{}}"))
        case inspect.UnionType():
            return max(_largest(one, path) for one in info.types)
        case inspect.StructType():
            return 2 + sum(
                len(f'"{field.encode_name}":,') + _largest(field.type, f"{path}.{field.name}")
                for field in info.fields
            )
        case _:
            raise NotImplementedError(f"{path}: say how long {info} can become")


def _longest(info: Any, path: str) -> int:
    if info.max_length is None:
        raise Unbounded(f"{path} has no max_length")
    longest: int = info.max_length
    return longest
