"""What the ranking asks of a model."""

from collections.abc import Sequence
from typing import Protocol

from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.user_context import UserContext


class Scorer(Protocol):
    """A model version, ready to score the items of the inventory."""

    @property
    def label(self) -> str:
        """`name@version`."""
        ...

    @property
    def features(self) -> Sequence[str]:
        """Names of the cross features that it reads, in their order."""
        ...

    def score(self, users: UserContext, rows: Rows, cross: Floats) -> tuple[Floats, Floats]:
        """Score candidates.

        Args:
            users: of b users.
            rows: their candidates, [b, k]; padding has any row and is masked later.
            cross: the features that it reads, in their order, [b, k, f].

        Returns:
            Scores and chances of a click, [b, k] each.
        """
        ...


class ExplainedScorer(Scorer, Protocol):
    """A model that can also tell what it looks at."""

    def attention(self, users: UserContext, rows: Rows) -> Floats | None:
        """How far each candidate opens each of the last interactions, 0..1; None without attention.

        Args:
            users: of b users.
            rows: their candidates, [b, k].

        Returns:
            Shape [b, k, 32]: the newest interaction last, padding in front means nothing.
        """
        ...
