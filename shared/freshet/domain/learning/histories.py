"""What each user interacted with last, for as many users as memory allows."""

import msgspec

from freshet.contracts.codec import encode
from freshet.contracts.derived import History

_decode = msgspec.json.Decoder(History).decode


class Histories:
    """The histories of users, encoded; of more than `max_users` the one longest unused goes.

    Args:
        max_users: held at most.
    """

    def __init__(self, max_users: int) -> None:
        self._max_users = max_users
        self._histories: dict[str, bytes] = {}

    def get(self, user_id: str) -> History | None:
        """What is remembered of a user; None where nothing is."""
        found = self._histories.get(user_id)
        return None if found is None else _decode(found)

    def put(self, user_id: str, history: History) -> None:
        """Remember it."""
        self._histories.pop(user_id, None)
        self._histories[user_id] = encode(history)
        if len(self._histories) > self._max_users:
            del self._histories[next(iter(self._histories))]
