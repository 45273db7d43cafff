"""Any message that a topic's form allows, with the values that hurt most, out of its types."""

import json
from base64 import b64encode
from typing import Any

import msgspec
from hypothesis import strategies as st

from freshet.contracts.registry import Topic

#: Few users and items, so that messages meet.
_IDS = ("ada", "bob", "💥" * 128, '\x00\x1f"\\' * 32, " ", "é|1")
_TEXTS = ("", "tea", "Ключ 红茶 🫖", "\x00\x1b[31m", "a" * 100_000, "💥" * 25_000, "<svg onload=x>")
_TIMES = (
    *("1973-03-03T09:46:40Z", "2026-01-01T00:00:00+14:00", "2100-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "1954-07-29T00:00:00Z", "2023-11-14T22:13:20.999999-12:00"),
)
#: As vectors: none, half a number, of another space, nothing, no numbers, endless ones.
_BYTES = (b"", b"\x00", b"\x00\x3c" * 7, bytes(256), b"\xff" * 256, b"\x00\x7c" * 128)
_FLOATS = (0.0, -0.0, 0.5, 1.0, -1e-300, 5e-324, 1e300, -1e300, 65_504.0)


def messages(topic: Topic) -> st.SearchStrategy[tuple[bytes, bytes]]:
    """Keys and values of records that match the types of a topic's messages, mostly.

    What a Struct checks by itself may still refuse some of them.
    """
    info = msgspec.inspect.type_info(topic.value)
    key = topic.key
    return _values(info).map(
        lambda value: (value[key].encode() if key else b"any", json.dumps(value).encode())
    )


def _values(info: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    kinds = msgspec.inspect
    match info:
        case kinds.Metadata():
            return _values(info.type)
        case kinds.StructType():
            required = {f.encode_name: _of_field(f) for f in info.fields if f.required}
            optional = {f.encode_name: _of_field(f) for f in info.fields if not f.required}
            return st.fixed_dictionaries(required, optional=optional)
        case kinds.StrType():
            longest = info.max_length or 1_000
            texts = [one[:longest] for one in _TEXTS if len(one) >= (info.min_length or 0)]
            short = st.text(min_size=info.min_length or 0, max_size=min(longest, 12))
            return st.sampled_from(texts) | short
        case kinds.IntType():
            low, high = info.ge or 0, info.le if info.le is not None else 2**53
            return st.sampled_from([low, high]) | st.integers(low, high)
        case kinds.FloatType():
            floor, ceiling = info.ge, info.le
            floats = [
                one
                for one in _FLOATS
                if (floor is None or one >= floor) and (ceiling is None or one <= ceiling)
            ]
            return st.sampled_from(floats)
        case kinds.BytesType():
            return st.sampled_from(_BYTES).map(lambda raw: b64encode(raw).decode())
        case kinds.BoolType():
            return st.booleans()
        case kinds.NoneType():
            return st.none()
        case kinds.DateTimeType():
            return st.sampled_from(_TIMES)
        case kinds.LiteralType():
            return st.sampled_from(info.values)
        case kinds.UnionType():
            return st.one_of([_values(one) for one in info.types])
        case kinds.ListType():
            longest = info.max_length or 64
            few = st.lists(_values(info.item_type), min_size=info.min_length or 0, max_size=6)
            return few | few.map(lambda some: (some * longest)[: longest if some else 0] or some)
        case kinds.DictType():
            return st.dictionaries(_values(info.key_type), _values(info.value_type), max_size=4)
        case _:
            raise NotImplementedError(f"{info}: say what can be in it")


def _of_field(field: msgspec.inspect.Field) -> st.SearchStrategy[Any]:
    if field.encode_name in ("user_id", "item_id", "recommendation_id"):
        return st.sampled_from(_IDS)
    if field.encode_name in ("item_ids", "exclude"):
        return st.lists(st.sampled_from(_IDS), min_size=1, max_size=8)
    if field.encode_name == "partition":
        return st.sampled_from([0, 2**53])
    if field.encode_name == "event_id":
        return st.uuids().map(str)
    if field.encode_name == "schema_version":
        return st.sampled_from(["1.0", "1.7"])
    return _values(field.type)
