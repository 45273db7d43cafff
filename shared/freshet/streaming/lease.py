"""For how long a worker may take itself for a member of its consumer group without asking.

The broker ends the session of a worker that it has not heard of for the session timeout, and gives
its partitions to others. A worker that was frozen or cut off learns of it last. But it can know,
by its own clock, from when on it could have happened: the usual lease of distributed systems
(Gray and Cheriton, 1989, "Leases: an efficient fault-tolerant mechanism").
"""

import math


class Lease:
    """Counts from when the last answered heartbeat was sent, never from when the answer was seen.

    The answer may have lain in a socket for as long as the process was frozen; the broker counts
    from when the heartbeat came to it, which is no earlier than it was sent.

    Args:
        length_s: shorter than the session timeout by what publishing may take.
    """

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._sent_s = -math.inf

    def renew(self, sent_s: float) -> None:
        """The broker has answered, as to a member, a heartbeat sent then."""
        self._sent_s = max(self._sent_s, sent_s)

    def end(self) -> None:
        """Whose partitions they are is open again."""
        self._sent_s = -math.inf

    def holds(self, now_s: float) -> bool:
        """Whether the session cannot have ended yet.

        Args:
            now_s: of the clock of `renew`, which goes on while a process is frozen.
        """
        return now_s - self._sent_s < self._length_s
