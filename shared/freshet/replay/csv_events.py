"""Freshet's CSV form: a column `topic`, and the topic's own fields by their names."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from freshet.contracts.registry import TOPICS, Topic
from freshet.replay.event import BadLine, FileEvent
from freshet.replay.times import read_time

#: Separates the values of a field that is a list.
LIST_SEPARATOR = "|"

_INPUTS: dict[str, Topic] = {topic.name: topic for topic in TOPICS if topic.is_input}


def csv_rows(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The rows of a file with a header line.

    Raises:
        BadLine: there is no column `topic`.
    """
    reader = csv.DictReader(lines, restkey="")
    if "topic" not in (reader.fieldnames or ()):
        raise BadLine("the first line must name the columns, `topic` among them")
    yield from reader


def parse_row(row: dict[str, str]) -> FileEvent:
    """The message of one row; empty cells are absent fields, times as `read_time` has them.

    Raises:
        BadLine: an unknown topic or column, or a value that the topic's form refuses.
    """
    values: dict[str, Any] = {name: value for name, value in row.items() if value}
    name = values.pop("topic", "")
    topic = _INPUTS.get(name)
    if topic is None:
        raise BadLine(f"topic {name!r} is none of {', '.join(_INPUTS)}")
    fields = {field.name: field for field in msgspec.structs.fields(topic.value)}
    for column in values:
        if column not in fields:
            raise BadLine(f"{name} has no field {column!r}")
        if "list[" in str(fields[column].type):
            values[column] = values[column].split(LIST_SEPARATOR)
    try:
        values["event_time"], form = read_time(values.get("event_time", ""))
        if "published_at" in values and _is_number(values["published_at"]):
            values["published_at"] = int(values["published_at"])
        message = msgspec.convert(values, topic.value, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadLine(str(error)) from error
    assert topic.key is not None, "what a company sends has a key"
    return FileEvent(topic, getattr(message, topic.key), message, form)


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdigit()
