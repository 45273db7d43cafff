"""What the ranking asks of a model."""

from typing import Protocol

from freshet.domain.ranking.ask import Floats, Rows
from freshet.domain.ranking.context import Context


class Scorer(Protocol):
    """A model version, ready to score the items of the inventory.

    Attributes:
        label: `name@version`.
    """

    label: str

    def score(self, known: Context, rows: Rows, cross: Floats) -> tuple[Floats, Floats]:
        """Score candidates.

        Args:
            known: of b users.
            rows: their candidates, [b, k]; padding has any row and is masked later.
            cross: in the order of `CROSS_FEATURES`, [b, k, f].

        Returns:
            Scores and chances of a click, [b, k] each.
        """
        ...
