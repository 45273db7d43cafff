"""How fast a file is replayed: at a multiple of the speed at which its events happened."""


class Pace:
    """Tells how long to wait before each event.

    Args:
        speed: 2 replays twice as fast as the events happened.
        start_s: a clock's reading now.
    """

    def __init__(self, speed: float, start_s: float) -> None:
        self._speed = speed
        self._start_s = start_s
        self._first_ms: int | None = None

    def wait_s(self, time_ms: int, now_s: float) -> float:
        """Seconds until an event of that time is due; 0 if it is late."""
        if self._first_ms is None:
            self._first_ms = time_ms
        due_s = self._start_s + (time_ms - self._first_ms) / 1000 / self._speed
        return max(0.0, due_s - now_s)
