"""The replay: events in the order of time become the lists that models learn from.

Each list is looked at with what was known strictly before it, by the functions that serve, then
waits for its clicks. This is prequential by construction: the order of lists is that of time.
"""

from collections import OrderedDict
from dataclasses import dataclass

from freshet.contracts.inputs import Click, Impression
from freshet.domain.interest.item_lookup import ItemLookup
from freshet.domain.learning.log import Entry, ListMade
from freshet.domain.learning.negatives import sampled_list
from freshet.domain.learning.past import Past
from freshet.domain.learning.pending import MAX_PENDING, WINDOW_MS, Open, Pending
from freshet.domain.learning.people import MAX_USERS
from freshet.domain.learning.shown import START, Position, Shown
from freshet.domain.ranking.inventory import Inventory

#: Items of a list that are learned from, from the top.
MAX_LIST = 100

#: Lists of which the model is remembered until they are shown.
MAX_MADE = 200_000


@dataclass(frozen=True, kw_only=True)
class ReplayOptions:
    """How a replay is made.

    Attributes:
        sampled_negatives: for deployments that send no impressions: each click makes a list, with
            so many items that were not clicked; 0 makes lists of impressions.
        window_ms: how long a list waits for clicks.
        max_pending: lists that wait, at most.
        max_users: users that are followed, at most.
    """

    sampled_negatives: int = 0
    window_ms: int = WINDOW_MS
    max_pending: int = MAX_PENDING
    max_users: int = MAX_USERS


DEFAULTS = ReplayOptions()


class Replay:
    """Folds events and gives back lists with their labels, in the order of their positions.

    Args:
        inventory: the items; items that only the log knows get rows in it.
        knowledge: the same items as the fold asks for them.
        options: how.
        after: lists up to this position are known already: they are not looked at again, but
            everything else is as if they were, so that a replay can be resumed anywhere.
    """

    def __init__(
        self,
        inventory: Inventory,
        knowledge: ItemLookup,
        options: ReplayOptions = DEFAULTS,
        after: Position = START,
    ) -> None:
        self._past = Past(inventory, knowledge, options.max_users)
        self._pending = Pending(options.window_ms, options.max_pending)
        self._made: OrderedDict[str, str] = OrderedDict()
        self._negatives = options.sampled_negatives
        self._after = after
        self._newest = START

    def take(self, entry: Entry) -> list[Shown]:
        """Take the next event; returns the lists that are over by now."""
        event, time_ms = entry.event, entry.time_ms
        if isinstance(event, ListMade):
            self._made[event.recommendation_id] = event.model
            if len(self._made) > MAX_MADE:
                self._made.popitem(last=False)
            return self._pending.close(time_ms)
        if isinstance(event, Impression) and not self._negatives:
            rows = list(dict.fromkeys(event.item_ids))[:MAX_LIST]
            self._show(entry, event.user_id, event.recommendation_id, rows)
        elif isinstance(event, Click):
            self._pending.click(event, time_ms)
            if self._negatives:
                self._show(entry, event.user_id, event.recommendation_id, [event.item_id])
        self._past.take(time_ms, event)
        return self._pending.close(time_ms)

    def finish(self) -> list[Shown]:
        """The lists that still wait for clicks, with those that came."""
        return self._pending.close()

    def _show(
        self, entry: Entry, user_id: str, recommendation_id: str | None, item_ids: list[str]
    ) -> None:
        position = Position(entry.time_ms, entry.event_id)
        # What was sent twice, and a click that came too late to say what was there then.
        if position <= self._newest or position.list_id in self._pending:
            return
        past = self._past
        rows = past.rows(item_ids)
        if not past.people.follows(user_id) or not len(rows):
            return
        self._newest = position
        past.refresh(position.time_ms)
        clicked = set[int]()
        if self._negatives:
            clicked_row = int(rows[0])
            rows = sampled_list(
                past.inventory,
                past.popularity,
                clicked_row,
                position.list_id,
                position.time_ms,
                self._negatives,
            )
            clicked = {rows.tolist().index(clicked_row)}
        model = self._made.get(recommendation_id, "") if recommendation_id else ""
        self._pending.add(
            Open(
                position=position,
                user_id=user_id,
                recommendation_id=recommendation_id,
                item_ids=[past.inventory.ids[row] for row in rows.tolist()],
                shown=past.look(position, user_id, rows, model) if position > self._after else None,
                clicked=clicked,
            )
        )
