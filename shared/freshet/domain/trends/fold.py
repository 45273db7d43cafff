"""The fold of an item's counts: what one partition's users clicked and were shown."""

from collections.abc import Iterable
from typing import NamedTuple

from freshet.contracts.derived import Trend
from freshet.contracts.inputs import Impression
from freshet.domain.interactions import UserEvent, interactions
from freshet.domain.interest.strength import STRENGTH
from freshet.domain.trends.decay import CLICK_HALF_LIFE_MS, RISING_HALF_LIFE_MS, decayed


class Sighting(NamedTuple):
    """One act on one item, and where it stood in the log.

    Attributes:
        source: the topic's name in the registry.
        offset: in the partition.
        event_id: of the event.
        time_ms: when it happened.
        clicks: what it adds to the clicks: its strength, nothing where that is negative.
        impressions: what it adds to the impressions: 1 if the item was shown.
    """

    source: str
    offset: int
    event_id: str
    time_ms: int
    clicks: float
    impressions: float


def sightings(source: str, offset: int, event: UserEvent) -> dict[str, Sighting]:
    """What an event says, by item. An item twice in one shown list was shown once."""
    if isinstance(event, Impression):
        seen = Sighting(source, offset, event.event_id, event.time_ms, 0.0, 1.0)
        return dict.fromkeys(event.item_ids, seen)
    return {
        item_id: Sighting(
            source, offset, event.event_id, event.time_ms, max(0.0, STRENGTH[kind]), 0.0
        )
        for item_id, kind in interactions(event)
    }


def fold(
    state: Trend | None, item_id: str, partition: int, arrived: Iterable[Sighting]
) -> Trend | None:
    """Add sightings of one item to its counts.

    What stands at or below the offset applied before changes nothing, so reading the log again
    is harmless. The sum does not depend on the order in time: a late act is decayed to the time
    that the counts are as of. A producer that sends an event twice under a new offset counts it
    twice: popularity is statistical, and ids remembered for every item would outgrow the counts.

    Args:
        state: the counts so far; None for an item not seen before.
        item_id: the item.
        partition: of the users.
        arrived: in the order of the offsets of each source.

    Returns:
        The new counts; `state` itself where nothing was new.
    """
    applied = dict(state.applied) if state else {}
    clicks, impressions, rising = (
        (state.clicks, state.impressions, state.recent_clicks) if state else (0.0, 0.0, 0.0)
    )
    as_of_ms = state.as_of_ms if state else 0
    newest = ""
    for one in arrived:
        if one.offset <= applied.get(one.source, -1):
            continue
        applied[one.source] = one.offset
        newest = one.event_id
        elapsed_ms = one.time_ms - as_of_ms
        if elapsed_ms > 0:
            clicks = decayed(clicks, elapsed_ms, CLICK_HALF_LIFE_MS)
            impressions = decayed(impressions, elapsed_ms, CLICK_HALF_LIFE_MS)
            rising = decayed(rising, elapsed_ms, RISING_HALF_LIFE_MS)
            as_of_ms, elapsed_ms = one.time_ms, 0
        clicks += decayed(one.clicks, -elapsed_ms, CLICK_HALF_LIFE_MS)
        impressions += decayed(one.impressions, -elapsed_ms, CLICK_HALF_LIFE_MS)
        rising += decayed(one.clicks, -elapsed_ms, RISING_HALF_LIFE_MS)
    if not newest:
        return state
    return Trend(
        event_id=newest,
        event_time=as_of_ms,
        item_id=item_id,
        partition=partition,
        clicks=clicks,
        impressions=impressions,
        recent_clicks=rising,
        as_of_ms=as_of_ms,
        applied=applied,
    )
