"""Candidates that are the same for everyone: what is trending, what is fresh."""

import numpy as np

from freshet.domain.ranking.ask import Rows
from freshet.domain.ranking.popularity import Popularity


def trending(popularity: Popularity, users: int) -> Rows:
    """The items clicked most lately."""
    return np.broadcast_to(popularity.trending, (users, len(popularity.trending)))


def fresh(popularity: Popularity, users: int) -> Rows:
    """The newest items."""
    return np.broadcast_to(popularity.freshest, (users, len(popularity.freshest)))
