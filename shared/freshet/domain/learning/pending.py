"""Lists that were shown and may still be clicked in."""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field

from freshet.contracts.inputs import Click
from freshet.domain.learning.shown import Position, Shown

#: A click that does not say which list it was in is taken for one in the newest list of its item
#: and user, if that is not longer ago than this. After it a list is closed.
WINDOW_MS = 30 * 60_000

#: Lists that wait for clicks, at most.
MAX_PENDING = 20_000

#: The newest lists of one user that a click is looked for in.
_LOOK_BACK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A list that waits for clicks.

    Attributes:
        position: of the list.
        user_id: who saw it.
        recommendation_id: of the list, if Freshet made it.
        item_ids: what was in it.
        shown: how it looked; None where nobody asks for it any more.
        clicked: places that were clicked.
    """

    position: Position
    user_id: str
    recommendation_id: str | None
    item_ids: list[str]
    shown: Shown | None
    clicked: set[int] = field(default_factory=set)


class Pending:
    """Open lists in the order of their time; the oldest is closed first, always.

    Args:
        window_ms: how long a list is open.
        max_pending: how many may be open; of more, the oldest are closed early.
    """

    def __init__(self, window_ms: int = WINDOW_MS, max_pending: int = MAX_PENDING) -> None:
        self._window_ms = window_ms
        self._max_pending = max_pending
        self._open: OrderedDict[str, Open] = OrderedDict()
        self._by_user: defaultdict[str, list[Open]] = defaultdict(list)

    def __contains__(self, list_id: str) -> bool:
        return list_id in self._open

    def add(self, one: Open) -> None:
        """Open a list, which must not be older than those open."""
        self._open[one.position.list_id] = one
        self._by_user[one.user_id].append(one)

    def click(self, click: Click, time_ms: int) -> None:
        """Note a click in the list that it names, else in the newest that it can be of."""
        for one in reversed(self._by_user.get(click.user_id, [])[-_LOOK_BACK:]):
            named = click.recommendation_id
            if (
                named in (None, one.recommendation_id)
                and 0 <= time_ms - one.position.time_ms <= self._window_ms
                and click.item_id in one.item_ids
            ):
                one.clicked.add(one.item_ids.index(click.item_id))
                return

    def close(self, now_ms: int | None = None) -> list[Shown]:
        """The lists that are over now, with their labels, in order; all of them without a time."""
        closed = []
        while self._open:
            first = next(iter(self._open.values()))
            if (
                now_ms is not None
                and first.position.time_ms >= now_ms - self._window_ms
                and len(self._open) <= self._max_pending
            ):
                break
            del self._open[first.position.list_id]
            mine = self._by_user[first.user_id]
            mine.remove(first) if mine[0] is not first else mine.pop(0)
            if not mine:
                del self._by_user[first.user_id]
            if first.shown is not None:
                first.shown.labels[list(first.clicked)] = 1.0
                closed.append(first.shown)
        return closed
