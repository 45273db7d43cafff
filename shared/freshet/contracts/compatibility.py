"""Whether a topic's new form still understands, and is understood by, those of the old one."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from freshet.contracts.registry import TOPICS, Topic

Schema = dict[str, Any]

_BOUNDS = {"minLength": 1, "minItems": 1, "minimum": 1, "exclusiveMinimum": 1, "maxLength": -1}
_BOUNDS |= {"maxItems": -1, "maxProperties": -1, "maximum": -1, "exclusiveMaximum": -1}


def schema_of(topic: Topic) -> Schema:
    """The JSON schema of a topic's values."""
    (schema,), components = msgspec.json.schema_components([topic.value])
    return {**schema, "$defs": components}


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """What in a new form breaks those who know the old one.

    Records outlive the code that wrote them and code the forms that it was written for, so both
    directions count: the new form must accept every value of the old one, and must still have
    every field of it with a type that an old reader knows.

    Returns:
        A sentence for each break; none if the change is compatible.
    """
    return _compare("", old, new, old["$defs"], new["$defs"], set())


def _compare(
    path: str, old: Schema, new: Schema, old_defs: Schema, new_defs: Schema, seen: set[str]
) -> list[str]:
    name = old.get("$ref", "")
    if name:
        if name in seen:
            return []
        seen = seen | {name}
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    breaks = [
        f"{path or 'value'}: {word} was {old.get(word)!r}, is {new.get(word)!r}"
        for word in ("type", "enum", "const", "pattern", "format")
        if not _accepts(old.get(word), new.get(word))
    ]
    for word, narrower in _BOUNDS.items():
        if word in new and (word not in old or (new[word] - old[word]) * narrower > 0):
            breaks.append(f"{path or 'value'}: {word} was {old.get(word)}, is {new[word]}")
    for field, field_schema in old.get("properties", {}).items():
        place = f"{path}.{field}".lstrip(".")
        if field not in new.get("properties", {}):
            breaks.append(f"{place}: the field is gone")
        else:
            breaks += _compare(
                place, field_schema, new["properties"][field], old_defs, new_defs, seen
            )
    for field in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        breaks.append(f"{path}.{field}".lstrip(".") + ": the field is required now")
    for word in ("items", "additionalProperties"):
        if isinstance(old.get(word), dict) and isinstance(new.get(word), dict):
            breaks += _compare(f"{path}[]", old[word], new[word], old_defs, new_defs, seen)
    for word in ("anyOf", "prefixItems"):
        if len(old.get(word, ())) > len(new.get(word, ())):
            breaks.append(f"{path or 'value'}: one of its forms is gone")
        for one, other in zip(old.get(word, ()), new.get(word, ()), strict=False):
            breaks += _compare(path, one, other, old_defs, new_defs, seen)
    return breaks


def _resolved(schema: Schema, defs: Schema) -> Schema:
    reference = schema.get("$ref")
    return defs[reference.rsplit("/", 1)[1]] if reference else schema


def _accepts(old: Any, new: Any) -> bool:
    """Whether a word of the schema still lets everything through that it did."""
    if new is None or old == new:
        return True
    return isinstance(old, list) and isinstance(new, list) and set(old) <= set(new)


def write(folder: Path) -> None:
    """Keep the forms of today as those that must not break."""
    folder.mkdir(parents=True, exist_ok=True)
    for topic in TOPICS:
        text = json.dumps(schema_of(topic), indent=1, sort_keys=True, ensure_ascii=False)
        (folder / f"{topic.name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
