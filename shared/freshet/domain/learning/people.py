"""What each user likes, for as many users as memory allows."""

from hashlib import blake2b

import msgspec

from freshet.contracts.codec import encode
from freshet.contracts.derived import Interests

#: States held, at most: some 2 KiB each.
MAX_USERS = 100_000

_decode = msgspec.json.Decoder(Interests).decode


class People:
    """The states of users, encoded as the topic carries them, which is small.

    Once there are more than `max_users`, half of the users are forgotten for good, by a hash of
    their ids, so that those who stay are known whole and every replay forgets the same.

    Attributes:
        share: of all users, those who are followed.
    """

    def __init__(self, max_users: int = MAX_USERS) -> None:
        self._max_users = max_users
        self._states: dict[str, bytes] = {}
        self.share = 1.0

    def __len__(self) -> int:
        return len(self._states)

    def follows(self, user_id: str) -> bool:
        """Whether the user is one of those who are followed."""
        return self.share == 1.0 or _chance(user_id) < self.share

    def get(self, user_id: str) -> Interests | None:
        """What the user likes now; None for a user of whom nothing is known."""
        state = self._states.get(user_id)
        return None if state is None else _decode(state)

    def put(self, user_id: str, state: Interests) -> None:
        """Take the new state of a user who is followed."""
        self._states[user_id] = encode(state)
        while len(self._states) > self._max_users:
            self.share /= 2
            self._states = {
                user_id: state for user_id, state in self._states.items() if self.follows(user_id)
            }


def _chance(user_id: str) -> float:
    digest = blake2b(user_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") / 2.0**64
