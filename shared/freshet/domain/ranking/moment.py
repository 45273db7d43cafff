"""What candidates and features are worked out from: all that is known at a time."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from freshet.domain.ranking.filters import Mask, eligible
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.request import RankingRequest
from freshet.domain.ranking.user_context import UserContext, user_context

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
        users: UserContext,
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
    inventory: Inventory, popularity: Popularity, requests: Sequence[RankingRequest], now_ms: int
) -> Moment:
    """Look up the users of a micro-batch.

    Args:
        inventory: the items.
        popularity: their trends, refreshed.
        requests: of the b users.
        now_ms: the time now.
    """
    users = user_context(inventory, requests)
    return Moment(
        inventory,
        popularity,
        users,
        eligible(inventory, requests, users.interactions),
        np.array([request.seen != "exclude" for request in requests]),
        now_ms,
    )
