"""All that is known up to a moment, folded by the functions that serve."""

from collections.abc import Sequence

import numpy as np

from freshet.contracts.recommendations import Trigger
from freshet.contracts.registry import topic_of
from freshet.domain.interactions import UserEvent
from freshet.domain.interest.fold import Arrived, fold
from freshet.domain.interest.item_lookup import ItemLookup
from freshet.domain.learning.histories import Histories
from freshet.domain.learning.people import MAX_USERS, People
from freshet.domain.learning.shown import Position, Shown
from freshet.domain.ranking.arrays import Rows
from freshet.domain.ranking.features.feature import FeatureInputs
from freshet.domain.ranking.features.registry import cross_features
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.model_inputs import user_inputs, user_tokens
from freshet.domain.ranking.moment import moment_of
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.trends.fold import Counts
from freshet.domain.trends.history import ReceivedEvent as Followed
from freshet.domain.trends.history import follow

#: Items that are counted, at most: ids that no catalog knows must not fill the memory.
MAX_ITEMS = 1_000_000


class Past:
    """Users' interests and items' trends as of the events folded so far.

    Items are known as the catalog is now: its own history is compacted. Offsets are numbered
    here, in the order of time, so the fold takes each event once, wherever it lay.

    Attributes:
        inventory: the items.
        popularity: their trends, as of the last `refresh`.
        people: their interests.
    """

    def __init__(
        self, inventory: Inventory, knowledge: ItemLookup, max_users: int = MAX_USERS
    ) -> None:
        self.inventory = inventory
        self.popularity = Popularity(inventory)
        self.people = People(max_users)
        self._knowledge = knowledge
        self._counts: dict[str, Counts] = {}
        self._changed: set[str] = set()
        self._histories = Histories(max_users)
        self._count = 0

    def take(self, time_ms: int, event: UserEvent) -> None:
        """Fold an event."""
        source = topic_of(event).name
        self._count += 1
        if self.people.follows(event.user_id):
            before = self.people.get(event.user_id)
            # The broker's time is that of the order that is folded in.
            after = fold(before, [Arrived(source, self._count, time_ms, event)], self._knowledge)
            if after is not None:
                self.people.put(event.user_id, after)
        history, said = follow(
            self._histories.get(event.user_id), [Followed(source, self._count, event)]
        )
        assert history is not None, "an event is a change"
        self._histories.put(event.user_id, history)
        for one in said:
            if self.row(one.item_id) >= 0 and (not one.next_id or self.row(one.next_id) >= 0):
                self._counts.setdefault(one.item_id, Counts()).add(0, one)
                self._changed.add(one.item_id)

    def row(self, item_id: str) -> int:
        """The row of an item, or -1 where there is no room for one more."""
        if item_id in self.inventory.rows or len(self.inventory) < MAX_ITEMS:
            return self.inventory.row(item_id)
        return -1

    def refresh(self, now_ms: int) -> None:
        """Renew the popularity as the ranker does before it makes a list."""
        for item_id in self._changed:
            self.popularity.put(self._counts[item_id].trend(item_id))
        self._changed.clear()
        self.popularity.refresh(now_ms)

    def look(self, position: Position, user_id: str, rows: Rows, model: str) -> Shown:
        """A list of these rows [k] as a model would be given it now; nothing is clicked yet."""
        now_ms = position.time_ms
        trigger = Trigger(kind="interest", event_id=position.list_id)
        ask = RankingRequest(
            user_id=user_id, state=self.people.get(user_id), trigger=trigger, cause=None
        )
        moment = moment_of(self.inventory, self.popularity, [ask], now_ms)
        known = moment.users
        acts = user_inputs(known)
        (cross,) = cross_features(FeatureInputs(moment, rows[None]))
        return Shown(
            position=position,
            user_id=user_id,
            items=rows.astype(np.int32),
            labels=np.zeros(len(rows), np.float32),
            cross=cross,
            interest_vectors=known.interests[0],
            recent_items=acts.recent_rows[0].astype(np.int32),
            recent_acts=acts.recent_acts[0],
            passed_items=acts.skipped_rows[0].astype(np.int32),
            user_tokens=user_tokens(known)[0],
            signals=known.signals[0],
            item_clicks=np.expm1(self.popularity.popularity[rows]),
            model=model,
        )

    def rows(self, item_ids: Sequence[str]) -> Rows:
        """Rows of items; those without one are left out."""
        found = [self.row(item_id) for item_id in item_ids]
        return np.array([row for row in found if row >= 0], np.int64)
