"""A simulated world with the services that serve it, in one process: for the drift benchmark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Click, Impression, Item, Request
from freshet.contracts.recommendations import Trigger
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.learning.log import Entry, entry_of
from freshet.domain.learning.past import Past
from freshet.domain.learning.replay import Replay
from freshet.domain.learning.shown import Shown
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from freshet.models.embedding import EMBEDDING_VERSION
from freshet_ranker.onnx_scorer import OnnxScorer
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.simulation import Simulation
from freshet_trainer.architectures.catalogue import Architecture

HOUR_MS = 3_600_000
START_MS = 1_700_000_000_000

Model = tuple[str, Path]
Understand = Callable[[Sequence[Item]], list[CatalogItem]]


@dataclass(frozen=True)
class Settings:
    """What differs from the services' own settings, and why: a day here has some 17,000 lists.

    Attributes:
        architecture: of the models.
        visits_h: visits an hour in each world.
        seed: of all chance.
        warm_up_h: hours of the prior before the first training.
        period_h: hours until a training is due by time.
        window: the newest lists that are learned from.
        look_minutes: between two looks of the trainer.
        newest_share, gate_margin: of the gates; some 240 lists by chance judge a model.
    """

    architecture: Architecture
    visits_h: int
    seed: int
    warm_up_h: int = 4
    period_h: float = 3.0
    window: int = 6_000
    look_minutes: int = 15
    newest_share: float = 0.2
    gate_margin: float = 0.05

    @property
    def first_ms(self) -> int:
        """When the first model is trained."""
        return START_MS + self.warm_up_h * HOUR_MS


@dataclass
class Seen:
    """What came of the visits: time, user, and clicks on the list, by visit.

    Attributes:
        time_ms, users, clicked, ours: of each visit; `ours`: whether Freshet made the list.
    """

    time_ms: list[int] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    clicked: list[int] = field(default_factory=list)
    ours: list[bool] = field(default_factory=list)


class Arm:
    """A world, and the services that serve it.

    Args:
        world: what it is like.
        read: understands its items.
        model: that ranks first.
        settings: of the benchmark.
        learns: whether lists are kept to learn from.
    """

    def __init__(
        self,
        world: SimulatorConfig,
        read: Understand,
        model: Model,
        settings: Settings,
        *,
        learns: bool,
    ) -> None:
        self.inventory = Inventory(EMBEDDING_VERSION)
        self.seen = Seen()
        self._knowledge = CatalogKnowledge()
        self._read = read
        self._settings = settings
        self._simulation = Simulation(world, "drift", START_MS)
        self._past = Past(self.inventory, self._knowledge)
        self._replay = Replay(self.inventory, self._knowledge) if learns else None
        self._closed: list[Shown] = []
        self._ranking = Ranking(self.inventory, self._past.popularity, 0.05)
        self._rows = np.zeros(0, np.int64)
        self.serve(model)
        self._take_items(list(self._simulation.catalogue()))

    def serve(self, model: Model) -> None:
        """Change the model that ranks."""
        self._scorer = OnnxScorer(model[1], self.inventory, 1)
        if len(self.inventory):
            self._scorer.encode(np.arange(len(self.inventory)))

    def closed(self) -> list[Shown]:
        """The lists that were closed since the last call."""
        closed, self._closed = self._closed, []
        return closed

    def minute(self, now_ms: int) -> None:
        """A minute of visits, then new lists for everyone who did something."""
        sent = self._simulation.pass_time(now_ms)
        self._take_items([message for _, message in sent if isinstance(message, Item)])
        minute = (now_ms - START_MS) // 60_000
        first, last = (self._settings.visits_h * (minute + n) // 60 for n in (0, 1))
        acted: dict[str, Request | None] = {}
        for number in range(first, last):
            acted |= self._visit(now_ms + 60_000 * (number - first) // (last - first))
        requests = [self._ranking_request(user_id, request) for user_id, request in acted.items()]
        for made in self._ranking.rank(requests, self._scorer, now_ms + 60_000):
            self._simulation.deliver(made)
            self._log(entry_of(made))

    def _visit(self, time_ms: int) -> dict[str, Request | None]:
        """Fold what a visit sends; who is owed a list for it, and the request for one."""
        owed: dict[str, Request | None] = {}
        clicks = 0
        for _, message in self._simulation.next_visit(time_ms):
            if isinstance(message, Request):
                owed[message.user_id] = message
                continue
            if isinstance(message, Impression):
                self.seen.time_ms.append(time_ms)
                self.seen.users.append(message.user_id)
                self.seen.ours.append(message.recommendation_id is not None)
            else:
                owed.setdefault(message.user_id, None)  # type: ignore[attr-defined]
            clicks += isinstance(message, Click)
            self._past.take(time_ms, message)  # type: ignore[arg-type]
            self._log(entry_of(message))  # type: ignore[arg-type]
        self.seen.clicked.append(clicks)
        return owed

    def _log(self, entry: Entry) -> None:
        if self._replay is not None:
            self._closed += self._replay.take(entry)

    def _ranking_request(self, user_id: str, request: Request | None) -> RankingRequest:
        state = self._past.people.get(user_id)
        event_id = request.event_id if request else state.event_id if state else user_id
        return RankingRequest(
            user_id=user_id,
            state=state,
            trigger=Trigger(kind="request" if request else "interest", event_id=event_id),
            cause=state.caused_at if state else None,
            query=request.query if request else None,
        )

    def _take_items(self, items: Sequence[Item]) -> None:
        if not items:
            return
        entries = self._read(items)
        for one in entries:
            self._knowledge.put(one.item_id, one)
        vectors = [np.frombuffer(one.embedding, "<f2").astype(np.float32) for one in entries]
        self._scorer.encode(self.inventory.put(entries, np.stack(vectors)))
