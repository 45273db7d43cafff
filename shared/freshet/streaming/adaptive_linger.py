"""Gathering under load: the broker holds a fetch back for a moment when one follows another.

A fetch, a micro-batch and its confirmation cost the same for one record as for a hundred. When
records come one by one every millisecond, each for itself would fill a core. So while fetches
follow each other closely, the broker is asked to wait a little for more; a record that comes after
a pause is handed over at once.
"""

import time
from typing import Any

#: So many bytes are worth no more waiting.
_ENOUGH_BYTES = 1_048_576

#: Fetches follow each other closely when they are less than so many lingers apart.
_CLOSE = 3


class AdaptiveLinger:
    """Decides for each fetch how long the broker may gather.

    The Kafka client has no public way to change this while it runs; each fetch request is made
    from the two private fields that are set here (aiokafka, `Fetcher._get_actions_per_node`).
    """

    def __init__(self, linger_ms: int, idle_wait_ms: int) -> None:
        self._linger_ms = linger_ms
        self._idle_wait_ms = idle_wait_ms
        self._last_s = 0.0
        self._is_busy = False

    def timeout(self, idle_s: float) -> float:
        """How long to wait for a fetch: after a short silence the load is over."""
        return min(idle_s, _CLOSE * self._linger_ms / 1000) if self._is_busy else idle_s

    def fetched(self, fetcher: Any, *, anything: bool) -> None:
        """Set the client's next fetches to what the last one says of the load."""
        now_s = time.monotonic()
        close = now_s - self._last_s < _CLOSE * self._linger_ms / 1000
        self._is_busy = anything and close
        if anything:
            self._last_s = now_s
        fetcher._fetch_min_bytes = _ENOUGH_BYTES if self._is_busy else 1
        fetcher._fetch_max_wait_ms = self._linger_ms if self._is_busy else self._idle_wait_ms
