"""What a feature is, and what it is computed from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from numpy.typing import NDArray

from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.moment import Moment

T = TypeVar("T")


class FeatureInputs:
    """What the features of a micro-batch are computed from.

    Args:
        moment: of b users.
        rows: candidates, [b, k]; padding is any row and is masked later.
    """

    def __init__(self, moment: Moment, rows: Rows) -> None:
        self.moment = moment
        self.inventory = moment.inventory
        self.popularity = moment.popularity
        self.users = moment.users
        self.now_ms = moment.now_ms
        self.rows = rows
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
        unknown: the value for a user of whom nothing is known and an item that nobody has
            interacted with; None where it depends on when the item came, or on the other items.
    """

    name: str
    meaning: str
    compute: Callable[[FeatureInputs], NDArray[Any]]
    unknown: float | None = 0.0


def embeddings(inputs: FeatureInputs) -> Floats:
    """Content vectors of the candidates, [b, k, 128]: shared work."""
    found: Floats = inputs.inventory.embeddings[inputs.rows]
    return found
