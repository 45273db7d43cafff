"""What models read of users, out of their context: one function for serving and for training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freshet.domain.content.words import words
from freshet.domain.ranking.arrays import Floats, Rows
from freshet.domain.ranking.user_context import UserContext
from freshet.models.graph_inputs import PASSED, RECENT, USER_TOKENS, tokens

#: So that the strongest interaction is 1, and an interaction of four months ago too.
_STRENGTH_SCALE = 3.0
_AGE_SCALE = 8.0

_HOUR_MS = 3_600_000

#: As many of the liked tags as can fill the words that a model reads.
_LIKED_TAGS = USER_TOKENS


@dataclass(frozen=True, slots=True)
class UserInputs:
    """What b users did and skipped lately, the newest last, padded in front.

    Attributes:
        recent_rows: rows of their items, -1 for padding and unknown items, [b, 32].
        recent_acts: 1 if it is there, its strength / 3, log(1 + age in hours) / 8; [b, 32, 3],
            0 wherever `recent_rows` is -1.
        skipped_rows: rows of what was skipped, newest last, -1 for padding, [b, 64].
    """

    recent_rows: Rows
    recent_acts: Floats
    skipped_rows: Rows


def user_inputs(users: UserContext) -> UserInputs:
    """The interactions of the users of a micro-batch as models read them."""
    interactions = users.interactions
    count = min(RECENT, interactions.rows.shape[1])
    first = RECENT - count
    rows = np.full((len(interactions.rows), RECENT), -1)
    recent = np.zeros((*rows.shape, 3), np.float32)
    if count:
        rows[:, first:] = interactions.rows[:, -count:]
        filled = rows[:, first:] >= 0
        recent[:, first:, 0] = filled
        recent[:, first:, 1] = interactions.strength[:, -count:] / _STRENGTH_SCALE * filled
        ages_h = np.maximum(interactions.age_ms[:, -count:], 0.0) / _HOUR_MS
        recent[:, first:, 2] = np.log1p(ages_h) / _AGE_SCALE * filled
    skipped = np.full((len(rows), PASSED), -1)
    if length := min(PASSED, users.skipped.shape[1]):
        skipped[:, -length:] = users.skipped[:, -length:]
    return UserInputs(rows, recent, skipped)


def user_tokens(users: UserContext) -> NDArray[np.int32]:
    """Buckets of the words of each user's search, then of the strongest liked tags, [b, 24]."""
    rows = np.zeros((len(users.tags), USER_TOKENS), np.int32)
    for row, query, weights in zip(rows, users.queries, users.tags, strict=True):
        liked = sorted((-weight, tag) for tag, weight in weights.items() if weight > 0)
        text = " ".join([query, *(tag for _, tag in liked[:_LIKED_TAGS])])
        row[:] = tokens(words(text), USER_TOKENS)
    return rows
