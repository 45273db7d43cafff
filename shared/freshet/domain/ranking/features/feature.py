"""What a feature is, and what it is computed from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from numpy.typing import NDArray

from freshet.domain.ranking.ask import Floats, Rows
from freshet.domain.ranking.context import Context
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity

T = TypeVar("T")


class FeatureInputs:
    """What the features of a micro-batch are computed from.

    Args:
        inventory: the items.
        popularity: their trends, refreshed.
        users: the b users.
        rows: candidates, [b, k]; padding is any row and is masked later.
        now_ms: the time now, for the age of items.
    """

    def __init__(
        self,
        inventory: Inventory,
        popularity: Popularity,
        users: Context,
        rows: Rows,
        now_ms: int,
    ) -> None:
        self.inventory = inventory
        self.popularity = popularity
        self.users = users
        self.rows = rows
        self.now_ms = now_ms
        self._shared: dict[Callable[[FeatureInputs], Any], Any] = {}

    def once(self, work: Callable[["FeatureInputs"], T]) -> T:
        """The result of work that several features share: done when the first of them asks."""
        if work not in self._shared:
            self._shared[work] = work(self)
        found: T = self._shared[work]
        return found


@dataclass(frozen=True, slots=True)
class Feature:
    """A number about a user and a candidate.

    Attributes:
        name: as manifests write it.
        meaning: in one line.
        compute: the values of all candidates, [b, k]; stored as float32.
        unknown: the value where nothing is known of the user and of the item.
    """

    name: str
    meaning: str
    compute: Callable[[FeatureInputs], NDArray[Any]]
    unknown: float = 0.0


def embeddings(inputs: FeatureInputs) -> Floats:
    """Content vectors of the candidates, [b, k, 128]: shared work."""
    found: Floats = inputs.inventory.embeddings[inputs.rows]
    return found
