"""One stream in the order of event time, out of the logs of many partitions."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush, merge

from freshet.contracts.inputs import Impression
from freshet.domain.learning.log import Entry

#: How far behind the newest event of its partition an event may be and still find its place.
LATENESS_MS = 10 * 60_000

#: Entries that wait for earlier ones, at most; more than this, and the earliest goes on.
MAX_HELD = 200_000


class InOrder:
    """Iterates over the entries of all logs in the order of `Entry`.

    The logs are merged by their heads, so that a partition that is read faster gains nothing,
    and what comes out waits until nothing earlier can come: as long as no event is later than
    `lateness_ms` in its own log, the order depends on the events alone, not on how they lie in
    partitions. A later one finds its place taken. A click, search or feedback still comes, at
    once; an impression is left out and counted, for what it would be shown with is wrong.

    Args:
        logs: one iterator a partition; they are read as they are needed.
        lateness_ms: how late an event may be.
        max_held: bounds the entries that wait.

    Attributes:
        late_impressions: how many were left out.
    """

    def __init__(
        self,
        logs: Sequence[Iterable[Entry]],
        lateness_ms: int = LATENESS_MS,
        max_held: int = MAX_HELD,
    ) -> None:
        self._logs = logs
        self._lateness_ms = lateness_ms
        self._max_held = max_held
        self.late_impressions = 0

    def __iter__(self) -> Iterator[Entry]:
        # The number settles what ids do not: an event that was sent twice.
        held: list[tuple[tuple[int, int, str], int, Entry]] = []
        passed = (-1, 0, "")
        safe_ms = -1
        for number, entry in enumerate(merge(*self._logs, key=_place)):
            place = _place(entry)
            if place < passed:
                if isinstance(entry.event, Impression):
                    self.late_impressions += 1
                else:
                    yield entry
                continue
            heappush(held, (place, number, entry))
            safe_ms = max(safe_ms, entry.time_ms - self._lateness_ms)
            while held and (held[0][0][0] < safe_ms or len(held) > self._max_held):
                passed, _, first = heappop(held)
                yield first
        while held:
            yield heappop(held)[2]


def _place(entry: Entry) -> tuple[int, int, str]:
    return entry[:3]
