"""The fold of an item's counts: what all users clicked, were shown, and clicked next."""

from collections.abc import Iterable
from typing import NamedTuple

from freshet.contracts.derived import ItemInteraction, Neighbours, Trend
from freshet.domain.trends.decay import DAY_MS, HOUR_MS, NEIGHBOUR_HALF_LIFE_MS, WEEK_MS, decayed

#: Neighbours of an item that are counted.
NEIGHBOURS = 64


class ReceivedInteraction(NamedTuple):
    """What one event says of one item, and whose users' partition the event lies in."""

    partition: int
    interaction: ItemInteraction


class Counts:
    """An item's counts while they are folded, all as of one time.

    Args:
        state: the counts so far; None for an item not seen before.
    """

    def __init__(self, state: Trend | None = None) -> None:
        self.applied = dict(state.applied) if state else {}
        self.newest = ""
        known = state.neighbours if state else Neighbours()
        self.hour = state.clicks_hour if state else 0.0
        self.day = state.clicks_day if state else 0.0
        self.week = state.clicks_week if state else 0.0
        self.ever = state.clicks_ever if state else 0.0
        self.impressions = state.impressions_week if state else 0.0
        self.neighbours = dict(zip(known.items, known.weights, strict=False))
        self.total = known.total
        self.followed_ms = known.as_of_ms
        self.as_of_ms = state.as_of_ms if state else 0

    def add(self, partition: int, one: ItemInteraction) -> None:
        """Take what one event of this partition of users says; nothing if it is applied already."""
        source = f"{one.source}/{partition}"
        if one.offset <= self.applied.get(source, -1):
            return
        self.applied[source] = one.offset
        self.newest = f"{source}/{one.offset}"
        elapsed_ms = one.time_ms - self.as_of_ms
        if elapsed_ms > 0:
            self._age(elapsed_ms)
            elapsed_ms = 0
        if one.clicks:
            self.hour += decayed(one.clicks, -elapsed_ms, HOUR_MS)
            self.day += decayed(one.clicks, -elapsed_ms, DAY_MS)
            self.week += decayed(one.clicks, -elapsed_ms, WEEK_MS)
            self.ever += one.clicks
        if one.impressions:
            self.impressions += decayed(one.impressions, -elapsed_ms, WEEK_MS)
        if one.next_id:
            self._follow(one)

    def trend(self, item_id: str) -> Trend:
        """The counts as a message; something was added before."""
        return Trend(
            event_id=self.newest,
            event_time=self.as_of_ms,
            item_id=item_id,
            clicks_hour=self.hour,
            clicks_day=self.day,
            clicks_week=self.week,
            clicks_ever=self.ever,
            impressions_week=self.impressions,
            neighbours=Neighbours(
                items=list(self.neighbours),
                weights=list(self.neighbours.values()),
                total=self.total,
                as_of_ms=self.followed_ms,
            ),
            as_of_ms=self.as_of_ms,
            applied=self.applied,
        )

    def _age(self, elapsed_ms: int) -> None:
        self.as_of_ms += elapsed_ms
        self.hour = decayed(self.hour, elapsed_ms, HOUR_MS)
        self.day = decayed(self.day, elapsed_ms, DAY_MS)
        self.week = decayed(self.week, elapsed_ms, WEEK_MS)
        self.impressions = decayed(self.impressions, elapsed_ms, WEEK_MS)

    def _age_neighbours(self, elapsed_ms: int) -> None:
        self.followed_ms += elapsed_ms
        left = decayed(1.0, elapsed_ms, NEIGHBOUR_HALF_LIFE_MS)
        self.total *= left
        for item_id in self.neighbours:
            self.neighbours[item_id] *= left

    def _follow(self, one: ItemInteraction) -> None:
        """Count a neighbour; a full table gives up its weakest for one that is new.

        The newcomer starts at the weakest's count where its own is less, so that one that comes
        again and again is not pushed out by each other newcomer; unlike in Space-Saving (Metwally,
        Agrawal and El Abbadi, 2005) it is not added, which would let anything new look strong.
        """
        elapsed_ms = one.time_ms - self.followed_ms
        if elapsed_ms > 0:
            self._age_neighbours(elapsed_ms)
            elapsed_ms = 0
        item_id, counts = one.next_id, self.neighbours
        weight = decayed(one.weight, -elapsed_ms, NEIGHBOUR_HALF_LIFE_MS)
        self.total += weight
        if item_id not in counts and len(counts) >= NEIGHBOURS:
            weakest = min(counts, key=counts.__getitem__)
            counts[item_id] = max(weight, counts.pop(weakest))
        else:
            counts[item_id] = counts.get(item_id, 0.0) + weight


def fold(state: Trend | None, item_id: str, arrived: Iterable[ReceivedInteraction]) -> Trend | None:
    """Add what events say of one item to its counts.

    What stands at or below the offset applied before, of the topic and the partition of users that
    it came from, changes nothing: what is said again after a crash is harmless. The counts do not
    depend on the order in time: a late event is decayed to the time that the counts are as of.

    Args:
        state: the counts so far; None for an item not seen before.
        item_id: the item.
        arrived: in the order of the offsets of each source and partition.

    Returns:
        The new counts; `state` itself where nothing was new.
    """
    counts = Counts(state)
    for partition, one in arrived:
        counts.add(partition, one)
    return counts.trend(item_id) if counts.newest else state
