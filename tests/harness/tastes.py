"""People in a simulated world who are served in one process, and what is found of their tastes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import CatalogItem, Interests
from freshet.contracts.inputs import Click, Impression, Item, Request
from freshet.contracts.recommendations import Recommendations, Trigger
from freshet.domain.interactions import UserEvent
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.interest.fold import Arrived
from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.learning.log import entry_of
from freshet.domain.learning.past import Past
from freshet.domain.learning.replay import Replay
from freshet.domain.learning.shown import Shown, item_table, stacked
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from freshet.models.embedding import DIMENSION, EMBEDDING_VERSION
from freshet_ranker.config import PRIOR
from freshet_ranker.onnx_scorer import OnnxScorer
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.people import FAVOURITES
from freshet_simulator.simulation import Simulation
from harness.drifting import HOUR_MS, START_MS, Understand

#: Of the items that carry a tag, those of its subject, at least: others are about nothing.
_PURE = 0.75


class Visit(NamedTuple):
    """What is known after a visit in which someone did something.

    Attributes:
        user_id: who.
        acts: what they have done until now: clicks, searches, feedback.
        taste: log-odds of each subject, as they truly are.
        state: what the services know.
        made: the list that is made then.
    """

    user_id: str
    acts: int
    taste: NDArray[np.float64]
    state: Interests
    made: Recommendations

    @property
    def favourites(self) -> frozenset[int]:
        """The subjects liked best."""
        return frozenset(np.argsort(self.taste)[-FAVOURITES:].tolist())


class Town:
    """A world whose people come again and again, with the services that serve them, in one process.

    Args:
        world: what it is like.
        read: understands its items.
        learns: whether lists are kept for a model to learn from.

    Attributes:
        clicked: how often each user clicked on something with each tag.
        folded: of each user, all that was folded, in its order.
    """

    def __init__(self, world: SimulatorConfig, read: Understand, *, learns: bool = False) -> None:
        self.clicked: dict[str, Counter[str]] = {}
        self.folded: dict[str, list[Arrived]] = {}
        self.inventory, self.knowledge = Inventory(EMBEDDING_VERSION), CatalogKnowledge()
        self._read = read
        self._simulation = Simulation(world, "tastes", START_MS)
        self._past = Past(self.inventory, self.knowledge)
        self._replay = Replay(self.inventory, self.knowledge) if learns else None
        self._shown: list[Shown] = []
        self.ranking = Ranking(self.inventory, self._past.popularity, 0.05)
        self._about: dict[str, NDArray[np.float64]] = {}
        self.now_ms = START_MS
        self.serve(PRIOR)
        self._take(list(self._simulation.catalogue()))

    def serve(self, folder: Path) -> None:
        """Change the model that ranks."""
        self.scorer = OnnxScorer(folder, self.inventory, 1)
        if len(self.inventory):
            self.scorer.encode(np.arange(len(self.inventory)))

    def visits(self, count: int, an_hour: int) -> Iterator[Visit]:
        """So many visits; those in which something was done are told."""
        for number in range(count):
            self.now_ms = START_MS + number * HOUR_MS // an_hour
            sent = self._simulation.pass_time(self.now_ms)
            self._take([message for _, message in sent if isinstance(message, Item)])
            acted = False
            for _, message in self._simulation.next_visit(self.now_ms):
                if isinstance(message, Request):
                    continue
                user_id: str = message.user_id  # type: ignore[attr-defined]
                acted |= not isinstance(message, Impression)
                self._fold(user_id, message)  # type: ignore[arg-type]
            state = self.state(user_id)
            if state is not None and acted:
                taste = np.array(list(self._simulation.truth(user_id).values()))
                counters = state.counters
                acts = counters.clicks + counters.queries + counters.feedback
                yield Visit(user_id, acts, taste, state, self._list(state))

    def state(self, user_id: str) -> Interests | None:
        """What is known of a user."""
        return self._past.people.get(user_id)

    def subjects(self) -> Mapping[str, int]:
        """The subject that each tag stands for, by the items that carry it; some stand for none."""
        return {
            tag: int(about.argmax())
            for tag, about in self._about.items()
            if about.max() >= _PURE * about.sum()
        }

    def lists(self) -> tuple[Examples, ItemTable]:
        """All lists that were shown, as a model learns from them, and their items."""
        assert self._replay is not None, "this town does not learn"
        return stacked([*self._shown, *self._replay.finish()]), item_table(self.inventory)

    def _fold(self, user_id: str, event: UserEvent) -> None:
        self._past.take(self.now_ms, event)
        # One source and its own offsets are enough to fold it all again.
        folded = self.folded.setdefault(user_id, [])
        folded.append(Arrived("clicks", len(folded), self.now_ms, event))
        if isinstance(event, Click):
            tags = self.knowledge.tags_of(event.item_id)
            self.clicked.setdefault(user_id, Counter()).update(tags)
        if self._replay is not None:
            self._shown += self._replay.take(entry_of(event))

    def _list(self, state: Interests) -> Recommendations:
        (made,) = self.ranking.rank([ask_of(state)], self.scorer, self.now_ms)
        self._simulation.deliver(made)
        if self._replay is not None:
            self._shown += self._replay.take(entry_of(made))
        return made

    def _take(self, items: Sequence[Item]) -> None:
        if not items:
            return
        entries = self._read(items)
        for one in entries:
            self.knowledge.put(one.item_id, one)
            known = self._simulation.items.get(one.item_id)
            if known is not None:
                for tag in one.tags:
                    self._about[tag] = self._about.get(tag, 0.0) + known.about
        vectors = [np.frombuffer(one.embedding, "<f2").astype(np.float32) for one in entries]
        self.scorer.encode(self.inventory.put(entries, np.stack(vectors)))


def plain_reading(items: Sequence[Item]) -> list[CatalogItem]:
    """Items understood by their own tags alone: quick, and the same for ever."""
    return [
        CatalogItem(
            event_id=item.event_id,
            event_time=item.event_time,
            item_id=item.item_id,
            title=item.title,
            tags=item.tags,
            embedding=_embedding(item.tags).astype("<f2").tobytes(),
            embedding_version=EMBEDDING_VERSION,
            content_hash="",
            published_ms=item.time_ms,
            category=item.category,
            available=item.available,
        )
        for item in items
    ]


def _embedding(tags: Sequence[str]) -> NDArray[np.float64]:
    """A direction of each tag's own, the first ones leading, together."""
    parts = [
        np.random.default_rng(crc32(tag.encode())).normal(size=DIMENSION) / (1 + place)
        for place, tag in enumerate(tags)
    ]
    total = np.sum(parts, axis=0)
    unit: NDArray[np.float64] = total / np.linalg.norm(total)
    return unit


def ask_of(state: Interests) -> RankingRequest:
    """The ask that a changed state is."""
    trigger = Trigger(kind="interest", event_id=state.event_id)
    return RankingRequest(
        user_id=state.user_id, state=state, trigger=trigger, cause=state.caused_at
    )
