"""The figures of the view, counted from the topics alone, as any user of Freshet could."""

from collections import Counter, deque
from dataclasses import dataclass, field

import numpy as np

from freshet.contracts.envelope import Message
from freshet.contracts.inputs import Click, Impression, Item
from freshet.contracts.narratives import Narrative
from freshet.contracts.recommendations import Recommendations

_WINDOW_S = 10.0
_RECENT = 2_000


@dataclass
class Rate:
    """Clicks on items shown."""

    shown: int = 0
    clicks: int = 0

    @property
    def value(self) -> float:
        """Clicks an item shown; 0 before anything was shown."""
        return self.clicks / self.shown if self.shown else 0.0


@dataclass
class Numbers:
    """What has been seen on the topics so far.

    Attributes:
        events: records by topic.
        recommended, by_chance: click rates of the lists made by Freshet, and of lists by chance.
        newest: the newest list that has items.
        narrative: the newest texts.
        titles: of the items.
        first_list_s: seconds from the start to the first list.
    """

    started_s: float
    events: Counter[str] = field(default_factory=Counter)
    recommended: Rate = field(default_factory=Rate)
    by_chance: Rate = field(default_factory=Rate)
    newest: Recommendations | None = None
    narrative: Narrative | None = None
    titles: dict[str, str] = field(default_factory=dict)
    first_list_s: float | None = None
    _freshness_ms: deque[int] = field(default_factory=lambda: deque(maxlen=_RECENT))
    _arrivals: deque[tuple[float, int]] = field(default_factory=deque)

    def take(self, topic: str, message: Message, broker_time_ms: int) -> None:
        """Count one record.

        Args:
            topic: that it came from.
            message: decoded.
            broker_time_ms: when the broker took it.
        """
        self.events[topic] += 1
        if isinstance(message, Item):
            self.titles[message.item_id] = message.title
        elif isinstance(message, Impression):
            self._rate(message.recommendation_id).shown += len(message.item_ids)
        elif isinstance(message, Click):
            self._rate(message.recommendation_id).clicks += 1
        elif isinstance(message, Narrative):
            self.narrative = message
        elif isinstance(message, Recommendations) and message.items:
            self.newest = message
            if message.trigger.kind == "interest" and message.caused_at:
                elapsed_ms = broker_time_ms - message.caused_at.broker_time_ms
                self._freshness_ms.append(max(0, elapsed_ms))

    def tick(self, now_s: float) -> None:
        """Note how much has come until now, and when the first list was there."""
        self._arrivals.append((now_s, self.events.total()))
        while self._arrivals[0][0] < now_s - _WINDOW_S:
            self._arrivals.popleft()
        if self.first_list_s is None and self.newest is not None:
            self.first_list_s = now_s - self.started_s

    def per_second(self) -> float:
        """Records a second over the last ten seconds."""
        (first_s, first), (last_s, last) = self._arrivals[0], self._arrivals[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else 0.0

    def freshness_ms(self, percent: float) -> float | None:
        """A percentile of the freshness of the last lists."""
        return float(np.percentile(self._freshness_ms, percent)) if self._freshness_ms else None

    def _rate(self, recommendation_id: str | None) -> Rate:
        return self.recommended if recommendation_id else self.by_chance
