"""Which lists are worth a text, so that what is written is read and what it costs is bounded."""

from typing import Literal

from freshet.contracts.recommendations import Recommendations

#: An older list has been looked at, or never will be.
MAX_AGE_MS = 60_000

#: Why a list has no text.
Skipped = Literal["not_personal", "empty", "old"]


def skips(made: Recommendations, now_ms: int) -> Skipped | None:
    """Why a list is not worth a text; None if it is: personalised, and just made."""
    if made.strategy != "personalised":
        return "not_personal"
    if not made.items:
        return "empty"
    if now_ms - made.generated_at_ms > MAX_AGE_MS:
        return "old"
    return None


class Attention:
    """Remembers who had a text lately.

    It remembers as many users as it is told to; of more, those longest ago are forgotten, who then
    may have a text a little early.

    Args:
        interval_ms: between two texts for a user, at least.
        max_users: remembered.
    """

    def __init__(self, interval_ms: int, max_users: int = 100_000) -> None:
        self._interval_ms = interval_ms
        self._max_users = max_users
        # In the order of their times.
        self._last_ms: dict[str, int] = {}

    def is_due(self, user_id: str, now_ms: int) -> bool:
        """Whether a user has had no text for a while."""
        return now_ms - self._last_ms.get(user_id, -self._interval_ms) >= self._interval_ms

    def given(self, user_id: str, now_ms: int) -> None:
        """A user is given a text."""
        self._last_ms.pop(user_id, None)
        self._last_ms[user_id] = now_ms
        if len(self._last_ms) > self._max_users:
            del self._last_ms[next(iter(self._last_ms))]
