"""What every message carries: who it is, when it happened, which form it has."""

from datetime import datetime
from typing import Annotated

import msgspec

#: Ids are opaque, never empty, and short enough to stay cheap in bounded state.
Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]

#: Numbers that fit 64 bits: JSON has longer ones.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

#: No key is longer, as bytes: an identifier in UTF-8 with a partition's number behind it. A longer
#: key is no key of ours.
MAX_KEY_BYTES = 1024

#: The times that an event can have: from March 1973 to the year 2100, in milliseconds. A smaller
#: number is taken for seconds, and refused: as milliseconds those of today are January 1970.
EARLIEST_MS = 100_000_000_000
LATEST_MS = 4_102_444_800_000

#: The earliest time that a text can name: the year 1, whatever its offset.
FIRST_MS = -62_167_219_200_000

#: Milliseconds since the epoch, or an RFC 3339 text with an offset. Numbers are bounded by this
#: type, texts by who decodes them (`codec.Decoder` for event times).
EventTime = (
    Annotated[int, msgspec.Meta(ge=EARLIEST_MS, le=LATEST_MS)]
    | Annotated[datetime, msgspec.Meta(tz=True)]
)

#: The same, but for what can be old: a number may be small or negative.
AnyTime = (
    Annotated[int, msgspec.Meta(ge=FIRST_MS, le=LATEST_MS)]
    | Annotated[datetime, msgspec.Meta(tz=True)]
)

#: "major.minor": unknown fields of a newer minor are ignored, a newer major is refused. The pattern
#: is checked by `codec` on versions other than its own: a search in every message would cost as
#: much as the rest of reading it.
SCHEMA_VERSION_PATTERN = r"^[0-9]{1,3}\.[0-9]{1,3}$"
SchemaVersion = Annotated[
    str, msgspec.Meta(max_length=7, extra_json_schema={"pattern": SCHEMA_VERSION_PATTERN})
]

#: The form that this library writes and, by its major part, the newest that it reads.
CURRENT_SCHEMA_VERSION = "1.0"


class Message(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """The envelope shared by all topics' values. Trees without cycles: no garbage to look for.

    Attributes:
        event_id: unique for what happened; the same id sent twice counts once.
        event_time: when it happened, by the producer's clock.
        schema_version: form of the message, "major.minor".
    """

    event_id: Identifier
    event_time: EventTime
    schema_version: SchemaVersion = CURRENT_SCHEMA_VERSION

    @property
    def time_ms(self) -> int:
        """The event time in milliseconds since the epoch."""
        return to_ms(self.event_time)


def to_ms(time: int | datetime) -> int:
    """Milliseconds since the epoch of either form of an event time."""
    return time if isinstance(time, int) else round(time.timestamp() * 1000)
