"""What is asked of the ranking."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Cause, Interests
from freshet.contracts.inputs import Seen
from freshet.contracts.recommendations import Trigger

Rows = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingRequest:
    """One list that is asked for.

    Attributes:
        user_id: for whom.
        state: what the user likes; None for an unknown user.
        trigger: what asks.
        cause: the newest event that the list will know.
        count: how many items.
        exclude: item ids that must not be in it.
        category: only items of this one, if given.
        query: what the user is looking for right now.
        seen: what becomes of items that the user has interacted with.
    """

    user_id: str
    state: Interests | None
    trigger: Trigger
    cause: Cause | None
    count: int = 10
    exclude: list[str] = field(default_factory=list)
    category: str | None = None
    query: str | None = None
    seen: Seen = "exclude"

    @classmethod
    def nobody(cls) -> "RankingRequest":
        """The ask of a user of whom nothing is known, to try a model with."""
        return cls(
            user_id="nobody",
            state=None,
            trigger=Trigger(kind="request", event_id="nobody"),
            cause=None,
        )
