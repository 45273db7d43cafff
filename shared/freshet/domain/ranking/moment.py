"""What candidates and features are worked out from: all that is known at a time."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.ask import Ask
from freshet.domain.ranking.context import Context, context
from freshet.domain.ranking.filters import Mask, eligible
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity

T = TypeVar("T")


class Moment:
    """The items, their popularity and the users of a micro-batch, as of now.

    Args:
        inventory: the items.
        popularity: their trends, refreshed.
        users: the b users.
        eligible: which item may be shown to which user, [b, n].
        repeats_allowed: whose list may hold what they have interacted with, [b].
        now_ms: the time now.
    """

    def __init__(
        self,
        inventory: Inventory,
        popularity: Popularity,
        users: Context,
        eligible: Mask,
        repeats_allowed: NDArray[np.bool_],
        now_ms: int,
    ) -> None:
        self.inventory = inventory
        self.popularity = popularity
        self.users = users
        self.eligible = eligible
        self.repeats_allowed = repeats_allowed
        self.now_ms = now_ms
        self._shared: dict[Callable[[Moment], Any], Any] = {}

    def once(self, work: Callable[["Moment"], T]) -> T:
        """The result of work that several share: done when the first of them asks."""
        if work not in self._shared:
            self._shared[work] = work(self)
        found: T = self._shared[work]
        return found


def moment_of(
    inventory: Inventory, popularity: Popularity, asks: Sequence[Ask], now_ms: int
) -> Moment:
    """Look up the users of a micro-batch.

    Args:
        inventory: the items.
        popularity: their trends, refreshed.
        asks: of the b users.
        now_ms: the time now.
    """
    users = context(inventory, asks)
    return Moment(
        inventory,
        popularity,
        users,
        eligible(inventory, asks, users.acts),
        np.array([ask.seen != "exclude" for ask in asks]),
        now_ms,
    )
