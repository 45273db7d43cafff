"""From a user's events to what they say of items: what was clicked, shown, and what followed what.

Item-to-item co-visitation (Linden, Smith and York, "Amazon.com recommendations", 2003), with the
direction kept and the nearest interactions counted most.
"""

from collections.abc import Iterable
from typing import NamedTuple

from freshet.contracts.derived import History, ItemInteraction
from freshet.contracts.inputs import Impression
from freshet.domain.interactions import UserEvent, interactions
from freshet.domain.interest.strength import STRENGTH
from freshet.domain.trends.decay import DAY_MS

#: Items of a user that are remembered. One of them counts again after a day.
REMEMBERED = 32

#: An interaction follows the user's last so many items.
WINDOW = 8


class ReceivedEvent(NamedTuple):
    """An event of a user, and where it stands in the log.

    Attributes:
        source: the topic's name in the registry.
        offset: in the partition.
        event: itself.
    """

    source: str
    offset: int
    event: UserEvent


def follow(
    history: History | None, arrived: Iterable[ReceivedEvent]
) -> tuple[History | None, list[ItemInteraction]]:
    """Fold events of one user into what is remembered, and say what they say of items.

    An event at or below the offset applied before says nothing, so reading the log again is
    harmless. A user counts once a day for an item, however often it is clicked, and such a repeat
    follows nothing: one busy user makes neither a trend nor a neighbour. The bound of that is
    `REMEMBERED`: one who goes round more items than these is counted on each round.

    Args:
        history: what is remembered; None of a user who is new.
        arrived: in the order of the offsets of each source.

    Returns:
        The new history, `history` itself where nothing was new, and what is said of items: of each
        item one thing an event.
    """
    applied = dict(history.applied) if history else {}
    # The oldest first; a dict keeps that order.
    counted = dict(zip(history.items, history.counted_ms, strict=False)) if history else {}
    said: list[ItemInteraction] = []
    newest: UserEvent | None = None
    for source, offset, event in arrived:
        if offset <= applied.get(source, -1):
            continue
        applied[source] = offset
        newest = event
        if isinstance(event, Impression):
            said += [
                ItemInteraction(item_id, source, offset, event.time_ms, impressions=1.0)
                for item_id in dict.fromkeys(event.item_ids)
            ]
        for item_id, kind in interactions(event):
            if STRENGTH[kind] > 0:
                said += _interacted(counted, item_id, source, offset, event.time_ms)
    if newest is None:
        return history, said
    return History(
        event_id=newest.event_id,
        event_time=newest.time_ms,
        user_id=newest.user_id,
        items=list(counted),
        counted_ms=list(counted.values()),
        applied=applied,
    ), said


def _interacted(
    counted: dict[str, int], item_id: str, source: str, offset: int, time_ms: int
) -> list[ItemInteraction]:
    """What one interaction says; `counted` is changed."""
    last_ms = counted.pop(item_id, None)
    if last_ms is not None and abs(time_ms - last_ms) < DAY_MS:
        counted[item_id] = last_ms
        return []
    said = [ItemInteraction(item_id, source, offset, time_ms, clicks=1.0)]
    for gap, before in enumerate(list(counted)[: -WINDOW - 1 : -1], 1):
        said.append(
            ItemInteraction(before, source, offset, time_ms, next_id=item_id, weight=1.0 / gap)
        )
    counted[item_id] = time_ms
    if len(counted) > REMEMBERED:
        del counted[next(iter(counted))]
    return said
