"""Metarank's JSON-lines form: item, ranking and interaction events."""

from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

from freshet.contracts.codec import Unprocessable, decoder, encode
from freshet.contracts.inputs import Click, Feedback, FeedbackKind, Impression, Item
from freshet.contracts.registry import CLICKS, FEEDBACK, IMPRESSIONS, ITEMS
from freshet.replay.event import BadLine, FileEvent
from freshet.replay.times import date_of, read_time

_MAX_TAGS = 24

Time = str | int | float


class _Field(msgspec.Struct):
    name: str
    value: Any


class _Shown(msgspec.Struct):
    id: str


class _Item(msgspec.Struct, tag_field="event", tag="item"):
    id: str
    item: str
    timestamp: Time
    fields: list[_Field] = []


class _Ranking(msgspec.Struct, tag_field="event", tag="ranking"):
    id: str
    user: str
    timestamp: Time
    items: list[_Shown]
    session: str | None = None


class _Interaction(msgspec.Struct, tag_field="event", tag="interaction"):
    id: str
    user: str
    item: str
    timestamp: Time
    type: str
    session: str | None = None


_decode = msgspec.json.Decoder(_Item | _Ranking | _Interaction, strict=False).decode
_checks = {topic.name: decoder(topic) for topic in (ITEMS, IMPRESSIONS, CLICKS, FEEDBACK)}


def parse_metarank(line: bytes) -> FileEvent:
    """The message of one line.

    Timestamps may be seconds, milliseconds or ISO 8601. An item's `title`, `description`, `tags`,
    `genres` and `release_date` (seconds, or ISO 8601) are read by their names; what else it has
    becomes its attributes. Interactions other than a click are
    feedback, if Freshet knows their type.

    Raises:
        BadLine: no JSON, another form, or a type of interaction that means nothing here.
    """
    try:
        event = _event(_decode(line))
        # A Struct made by its constructor is unchecked: what services would refuse is bad here.
        _checks[event.topic.name](event.key.encode(), encode(event.message))
    except (ValueError, OverflowError, RecursionError, Unprocessable) as error:
        raise BadLine(str(error)) from error
    return event


def _event(event: _Item | _Ranking | _Interaction) -> FileEvent:
    time_ms, form = read_time(event.timestamp)
    if isinstance(event, _Item):
        return FileEvent(ITEMS, event.item, _item(event, time_ms), form)
    if isinstance(event, _Ranking):
        impression = Impression(
            event_id=event.id,
            event_time=time_ms,
            user_id=event.user,
            item_ids=[shown.id for shown in event.items],
            session_id=event.session,
        )
        return FileEvent(IMPRESSIONS, event.user, impression, form)
    if event.type == "click":
        click = Click(
            event_id=event.id,
            event_time=time_ms,
            user_id=event.user,
            item_id=event.item,
            session_id=event.session,
        )
        return FileEvent(CLICKS, event.user, click, form)
    if event.type not in get_args(FeedbackKind) or event.type == "rating":
        raise BadLine(f"an interaction of type {event.type!r} means nothing to Freshet")
    kind: Literal["like", "dislike", "dismiss", "purchase", "hide"] = event.type  # type: ignore[assignment]
    feedback = Feedback(
        event_id=event.id,
        event_time=time_ms,
        user_id=event.user,
        item_id=event.item,
        kind=kind,
    )
    return FileEvent(FEEDBACK, event.user, feedback, form)


def _item(event: _Item, time_ms: int) -> Item:
    fields = {field.name: field.value for field in event.fields}
    genres, tags = _texts(fields.pop("genres", [])), _texts(fields.pop("tags", []))
    released = fields.get("release_date")
    return Item(
        event_id=event.id,
        event_time=time_ms,
        item_id=event.item,
        title=str(fields.pop("title", event.item))[:1000],
        text=str(fields.pop("description", ""))[:100_000],
        tags=list(dict.fromkeys([*genres, *tags]))[:_MAX_TAGS],
        category=genres[0] if genres else None,
        published_at=_published(released),
        attributes={
            name: value
            for name, value in list(fields.items())[:64]
            if isinstance(value, str | int | float | bool)
            or (isinstance(value, list) and all(isinstance(one, str) for one in value))
        },
    )


def _published(released: Any) -> datetime | None:
    if isinstance(released, bool) or not isinstance(released, str | int | float):
        return None
    try:
        return date_of(float(released))
    except ValueError:
        return date_of(read_time(released)[0] / 1000)


def _texts(value: Any) -> list[str]:
    return [str(one)[:64] for one in value if str(one)] if isinstance(value, list) else []
