"""What is asked of the ranking, and what it asks of a model."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Cause, Interests
from freshet.contracts.recommendations import Trigger

Rows = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
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
    """

    user_id: str
    state: Interests | None
    trigger: Trigger
    cause: Cause | None
    count: int = 10
    exclude: list[str] = field(default_factory=list)
    category: str | None = None
    query: str | None = None


class Scorer(Protocol):
    """A model version, ready to score.

    Attributes:
        label: `name@version`.
    """

    label: str

    def encode_items(self, embeddings: Floats) -> Floats:
        """[n, 128] -> [n, e]."""
        ...

    def encode_users(self, interest_vectors: Floats) -> Floats:
        """[b, 3, 128] -> [b, e]."""
        ...

    def score(
        self, user_vectors: Floats, item_vectors: Floats, cross: Floats
    ) -> tuple[Floats, Floats]:
        """[b, e], [b, k, e], [b, k, f] -> score [b, k], probability [b, k]."""
        ...
