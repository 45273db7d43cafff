"""Times in files of others: seconds, milliseconds or ISO 8601 texts, told apart by their size."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from freshet.contracts.envelope import EARLIEST_MS, to_ms

#: What a time was taken for.
TimeForm = Literal["seconds", "milliseconds", "ISO 8601"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_time(value: str | int | float) -> tuple[int, TimeForm]:
    """Milliseconds since the epoch, and what the value was taken for.

    A number below 100,000,000,000 is seconds: as milliseconds it would be before March 1973.
    A text without an offset is UTC.

    Raises:
        ValueError: it is no time.

    >>> read_time("1636993834")
    (1636993834000, 'seconds')
    >>> read_time("2021-11-15T16:30:34Z")
    (1636993834000, 'ISO 8601')
    """
    try:
        number = float(value)
    except ValueError:
        return _iso(str(value)), "ISO 8601"
    if not abs(number) < 1e16:
        raise ValueError(f"{value!r} is no time")
    if number < EARLIEST_MS:
        return round(number * 1000), "seconds"
    return round(number), "milliseconds"


def date_of(seconds: float) -> datetime:
    """The date of a number of seconds, which may be long before 1970.

    Raises:
        OverflowError: it is not between the years 1 and 9999.
    """
    return _EPOCH + timedelta(seconds=seconds)


def _iso(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time: seconds, milliseconds or ISO 8601") from None
    return to_ms(found if found.tzinfo else found.replace(tzinfo=UTC))
