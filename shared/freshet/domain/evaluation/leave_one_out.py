"""Rating files as events, with each user's last liked item hidden among others.

The protocol of He et al., Neural Collaborative Filtering, 2017, but in the order of time: nobody's
later ratings are known when a list is ranked. The catalogue is sampled, so figures compare rankers
within one file, and not with those of a whole catalogue (Krichene and Rendle, On sampled metrics
for item recommendation, 2020).
"""

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from freshet.contracts.envelope import Identifier
from freshet.contracts.inputs import Click, Feedback, Impression
from freshet.domain.learning.examples import Examples
from freshet.domain.learning.log import Entry, ListMade, entry_of
from freshet.domain.learning.past import Past
from freshet.domain.learning.shown import Position, stacked

COLUMNS = ("user", "item", "rating", "timestamp")

#: Items that the hidden one is ranked against.
OTHERS = 99

#: Ratings above this share of the file's scale are liked: 4 of 5 stars.
LIKED = 0.7

MAX_RATINGS = 5_000_000
MAX_USERS = 200_000
MAX_LINE = 2_000

#: Times below are in seconds: as milliseconds they would be before March 1973.
_SECONDS = 100_000_000_000


class BadRatings(Exception):
    """A rating file that cannot be used; the text names the line and what is wrong with it."""


class Rating(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A line: who rated what, how, and when."""

    user: Identifier
    item: Identifier
    rating: float
    time_ms: Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000)]


class HeldOut(NamedTuple):
    """Events in the order of time, and which of the impressions in it were made up here.

    Attributes:
        entries: clicks, ratings, and one impression a tested user.
        hidden: by event id of such an impression, the item that must be found in it.
    """

    entries: list[Entry]
    hidden: dict[str, str]


def read_ratings(lines: Iterable[str]) -> list[Rating]:
    """The ratings of a CSV file with the columns user, item, rating, timestamp, in any order.

    Timestamps are milliseconds or seconds since the epoch. Of two ratings of an item by one user
    the later counts.

    Raises:
        BadRatings: a column is missing, a value is wrong, or the file is too large.
    """
    reader = csv.DictReader(_bounded(lines))
    if missing := set(COLUMNS) - set(reader.fieldnames or ()):
        raise BadRatings(f"the first line must name the columns, {', '.join(sorted(missing))} too")
    newest: dict[tuple[str, str], Rating] = {}
    try:
        for number, row in enumerate(reader, 2):
            if number > MAX_RATINGS + 1:
                raise BadRatings(f"there are more than {MAX_RATINGS:,} ratings")
            one = _rating(number, row)
            before = newest.get((one.user, one.item))
            if before is None or before.time_ms <= one.time_ms:
                newest[one.user, one.item] = one
    except csv.Error as error:
        raise BadRatings(f"line {reader.line_num}: {error}") from error
    return list(newest.values())


def hold_out(ratings: Sequence[Rating], seed: int, max_lists: int, others: int = OTHERS) -> HeldOut:
    """Make events of ratings, and a list of the last liked item of each user.

    Each rating is a click and, where the file has different ones, a feedback. A list has the
    hidden item at a place by chance among items of the file that its user never rated; it is
    looked at just before the rating that it hides.

    Args:
        ratings: one of a user and an item.
        seed: of the others and the places.
        max_lists: users that are tested at most, drawn by chance.
        others: items in a list beside the hidden one.

    Raises:
        BadRatings: nothing is liked, or there are too few items.
    """
    values = np.array([one.rating for one in ratings])
    low, high = (values.min(), values.max()) if len(values) else (0.0, 0.0)
    scale = high - low
    by_user: defaultdict[str, list[Rating]] = defaultdict(list)
    entries = []
    for number, one in enumerate(ratings):
        by_user[one.user].append(one)
        entries += _events(number, one, (one.rating - low) / scale if scale else None)
    random = np.random.default_rng(seed)
    items = np.array(list(dict.fromkeys(one.item for one in ratings)), object)
    users = list(by_user)
    if len(users) > MAX_USERS:
        raise BadRatings(f"there are more than {MAX_USERS:,} users")
    hidden: dict[str, str] = {}
    for place in random.permutation(len(users)).tolist():
        if len(hidden) == max_lists:
            break
        mine = by_user[users[place]]
        liked = [one for one in mine if not scale or (one.rating - low) / scale > LIKED]
        rated = {one.item for one in mine}
        if not liked or len(items) - len(rated) < others:
            continue
        # Of ratings of one moment the one that stands last in the file is the last.
        last = max(enumerate(liked), key=lambda pair: (pair[1].time_ms, pair[0]))[1]
        shown = _others(items, rated, others, random)
        shown.insert(int(random.integers(others + 1)), last.item)
        list_id = f"held-out-{place}"
        hidden[list_id] = last.item
        entries.append(
            entry_of(
                Impression(
                    event_id=list_id,
                    event_time=last.time_ms,
                    user_id=last.user,
                    item_ids=shown,
                )
            )
        )
    if not hidden:
        raise BadRatings(f"nobody liked an item and left {others} others unrated")
    entries.sort(key=lambda entry: entry[:3])
    return HeldOut(entries, hidden)


def held_out_lists(held: HeldOut, past: Past) -> Iterator[int | Examples]:
    """Fold the events, look at each list as it comes.

    The lists are not folded: nobody saw them, and items that were drawn must not count as passed
    over.

    Args:
        held: of `hold_out`.
        past: what is known before; it has at least as many users as the file.

    Yields:
        The number of events that are done, now and then; at the end the lists.
    """
    lists = []
    for number, entry in enumerate(held.entries):
        event = entry.event
        if isinstance(event, Impression):
            rows = past.rows(event.item_ids)
            past.refresh(entry.time_ms)
            position = Position(entry.time_ms, entry.event_id)
            one = past.look(position, event.user_id, rows, "")
            one.labels[one.items == past.row(held.hidden[entry.event_id])] = 1.0
            lists.append(one)
        elif not isinstance(event, ListMade):
            past.take(entry.time_ms, event)
        if number % 1_000 == 0:
            yield number
    yield stacked(lists)


def _rating(number: int, row: dict[str, str]) -> Rating:
    user, item, rating, timestamp = (row[name] for name in COLUMNS)
    try:
        time = float(timestamp)
        if not math.isfinite(time) or not math.isfinite(float(rating)):
            raise BadRatings(f"line {number}: the rating or the timestamp is not finite")
        time_ms = round(time * 1000 if time < _SECONDS else time)
        return msgspec.convert((user, item, float(rating), time_ms), Rating)
    except (TypeError, ValueError) as error:
        raise BadRatings(f"line {number}: {error}") from error


def _events(number: int, one: Rating, share: float | None) -> list[Entry]:
    click = Click(
        event_id=f"rating-{number}-click",
        event_time=one.time_ms,
        user_id=one.user,
        item_id=one.item,
    )
    if share is None:
        return [entry_of(click)]
    said = Feedback(
        event_id=f"rating-{number}-said",
        event_time=one.time_ms,
        user_id=one.user,
        item_id=one.item,
        kind="rating",
        rating=share,
    )
    return [entry_of(click), entry_of(said)]


def _others(
    items: np.ndarray[tuple[int], np.dtype[np.object_]],
    rated: set[str],
    count: int,
    random: np.random.Generator,
) -> list[str]:
    """Items that are not rated, each with the same chance."""
    if 2 * (count + len(rated)) > len(items):
        left = np.array([item for item in items if item not in rated], object)
        return list(random.choice(left, count, replace=False))
    # Most draws are of items that nobody rated: cheaper than to look at all of them.
    found: dict[str, None] = {}
    while len(found) < count:
        drawn = items[random.integers(len(items), size=2 * count)]
        found.update(dict.fromkeys(item for item in drawn if item not in rated))
    return list(found)[:count]


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            raise BadRatings(f"line {number} is longer than {MAX_LINE} characters")
        yield line
