"""Which of a key's states in a compacted topic is kept: the one that knows more, not the last."""

import msgspec

from freshet.domain.applied import Applied, knowledge, knows_all, together


class _Applied(msgspec.Struct):
    applied: dict[str, int] = {}


_decode_applied = msgspec.json.Decoder(_Applied).decode


def applied_of(value: bytes) -> Applied | None:
    """How much of the logs an encoded state knows; None of what cannot be read."""
    try:
        return _decode_applied(value).applied
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Ordering:
    """Compares the states of a partition as they are loaded, and notes what is to be mended.

    A worker that was frozen or cut off may write, when it goes on, a state that is older than what
    another has written meanwhile: the older one is passed over, and the newer one is to be written
    again. Two workers may also have read different topics further, each from the same state. Then
    one is kept, and what it lacks is to be read again.

    Attributes:
        stale: values that were passed over and are the last of their keys in the topic.
    """

    def __init__(self) -> None:
        self.stale: dict[bytes, bytes] = {}
        self._parted: dict[bytes, Applied] = {}

    def begin(self, key: bytes) -> None:
        """There is no state before the next one of a key."""
        self.stale.pop(key, None)
        self._parted.pop(key, None)

    def keeps(self, key: bytes, value: bytes, before: bytes) -> bool:
        """Whether a later value takes the place of the one before it.

        Args:
            key: of both.
            value: the later one, encoded.
            before: the one that is held, encoded.
        """
        if self._supersedes(key, value, before):
            self.stale.pop(key, None)
            return True
        self.stale[key] = value
        return False

    def _supersedes(self, key: bytes, value: bytes, before: bytes) -> bool:
        new, old = applied_of(value), applied_of(before)
        if new is None or old is None:
            return old is None
        seen = together(self._parted.get(key, old), new)
        if knows_all(new, seen):
            self._parted.pop(key, None)
        elif not knows_all(old, seen):
            self._parted[key] = seen
        return knows_all(new, old) or knowledge(new) > knowledge(old)

    def lacking(self, kept: dict[bytes, bytes]) -> dict[str, int]:
        """By topic, the first offset that a kept state lacks and another of its key knew.

        Args:
            kept: the states of the partition.
        """
        first: dict[str, int] = {}
        for key, seen in self._parted.items():
            known = applied_of(kept[key]) or {}
            for topic, offset in seen.items():
                following = known.get(topic, -1) + 1
                if following <= offset:
                    first[topic] = min(following, first.get(topic, following))
        return first
