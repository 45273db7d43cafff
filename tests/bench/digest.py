"""What all lists are, as one hash: run before and after a change that must change none.

Run: `python tests/bench/digest.py [RANKLENS] [--save FILE] [--against FILE]`. Items are understood,
events folded and lists made in this process by the code that serves, with the prior's scorer, on
two simulated worlds and on a file in Metarank's form. What happens in a world follows from chance
alone, never from the lists, so one list that differs changes no other. The field `sources` is left
out of the hashes, for it names the candidate sources of a version.
"""

import argparse
import gzip
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from freshet.contracts.codec import encode
from freshet.contracts.inputs import Item
from freshet.contracts.recommendations import Recommendations, Trigger
from freshet.domain.interactions import UserEvent
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.learning.past import Past
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.replay.metarank import parse_metarank
from freshet_ranker.config import PRIOR
from freshet_ranker.onnx_scorer import OnnxScorer
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.simulation import Simulation
from freshet_simulator.world import WorldName
from harness.understanding import Catalogue

#: Users of a micro-batch, events between two of them, and the chance of an exploring pick.
BATCH = 32
EVERY = 200
EXPLORATION = 0.05

START_MS = 1_700_000_000_000
VISITS = 4_000
VISIT_MS = 15_000


class Happening(NamedTuple):
    """Items told of, or an event of a user, and when."""

    time_ms: int
    what: Sequence[Item] | UserEvent


def ranklens(path: Path) -> Iterator[Happening]:
    """A file in Metarank's form, in the order of time."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        messages = [parse_metarank(line).message for line in file]
    yield Happening(0, [one for one in messages if isinstance(one, Item)])
    events = [one for one in messages if isinstance(one, UserEvent)]
    for event in sorted(events, key=lambda one: (one.time_ms, one.event_id)):
        yield Happening(event.time_ms, event)


def world(name: WorldName) -> Iterator[Happening]:
    """A simulated world whose people are shown lists by chance."""
    simulation = Simulation(SimulatorConfig(world=name, items=800), "digest", START_MS)
    yield Happening(START_MS, list(simulation.catalogue()))
    for visit in range(VISITS):
        now_ms = START_MS + visit * VISIT_MS
        new = [one for _, one in simulation.pass_time(now_ms) if isinstance(one, Item)]
        if new:
            yield Happening(now_ms, new)
        for _, event in simulation.next_visit(now_ms):
            if isinstance(event, UserEvent):
                yield Happening(now_ms, event)


class Shop:
    """Everything that lists are made of, in one process."""

    def __init__(self) -> None:
        self.inventory, self._knowledge = Inventory(EMBEDDING_VERSION), CatalogKnowledge()
        self._past = Past(self.inventory, self._knowledge)
        self._read = Catalogue()
        self.ranking = Ranking(self.inventory, self._past.popularity, EXPLORATION)
        self.scorer = OnnxScorer(PRIOR, self.inventory, 1)

    def take(self, happening: Happening) -> None:
        """Take items or an interaction."""
        what = happening.what
        if isinstance(what, Sequence):
            entries = self._read(what)
            for one in entries:
                self._knowledge.put(one.item_id, one)
            vectors = [np.frombuffer(one.embedding, "<f2").astype(np.float32) for one in entries]
            self.scorer.encode(self.inventory.put(entries, np.stack(vectors)))
        else:
            self._past.take(happening.time_ms, what)

    def requests(self, users: Iterable[str], seed: int) -> list[RankingRequest]:
        """A micro-batch: of four users one has a category, one excludes, one searches."""
        random = np.random.default_rng(seed)
        requests = []
        for n, user_id in enumerate(users):
            state = self._past.people.get(user_id)
            wish: dict[str, Any] = {}
            row = int(random.integers(len(self.inventory)))
            if n % 4 == 1:
                names = sorted(self.inventory.category_codes)
                wish["category"] = names[row % len(names)] if names else None
            elif n % 4 == 2:
                wish["exclude"] = random.choice(self.inventory.ids, 30).tolist()
                wish["count"] = 20
            elif n % 4 == 3:
                wish["query"] = " ".join(self.inventory.tag_names[row][:2]) or None
            trigger = Trigger(kind="request", event_id=f"{seed}-{n}")
            cause = state.caused_at if state else None
            requests.append(
                RankingRequest(user_id=user_id, state=state, trigger=trigger, cause=cause, **wish)
            )
        return requests


def lists(happenings: Iterable[Happening]) -> Iterator[Recommendations]:
    """A micro-batch of lists after every 200 interactions, for those who did something last."""
    shop = Shop()
    users: dict[str, None] = {}
    for n, happening in enumerate(happenings):
        shop.take(happening)
        if not isinstance(happening.what, Sequence):
            users.pop(happening.what.user_id, None)
            users[happening.what.user_id] = None
        if n % EVERY == EVERY - 1:
            newest = [*list(users)[:-BATCH:-1], f"stranger-{n}"]
            yield from shop.ranking.rank(shop.requests(newest, n), shop.scorer, happening.time_ms)


def plain(made: Recommendations) -> dict[str, Any]:
    """A message without what is left out."""
    message: dict[str, Any] = msgspec.json.decode(encode(made))
    for item in message["items"]:
        item.pop("sources", None)
    return message


def without_reasons(message: dict[str, Any]) -> dict[str, Any]:
    items = [{**item, "reasons": None} for item in message["items"]]
    return {**message, "items": items}


def digest(messages: Iterable[dict[str, Any]]) -> str:
    found = hashlib.sha256()
    for message in messages:
        found.update(msgspec.json.encode(message) + b"\n")
    return found.hexdigest()[:32]


def compare(before: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> str:
    """How many lists differ, and in what."""
    pairs = list(zip(before, now, strict=True))
    same = sum(one == other for one, other in pairs)
    alike = sum(without_reasons(one) == without_reasons(other) for one, other in pairs)
    return f"same {same:,}, but for reasons {alike - same:,}, other items {len(pairs) - alike:,}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ranklens", nargs="?", type=Path)
    parser.add_argument("--save", type=Path, help="write the lists there")
    parser.add_argument("--against", type=Path, help="count what differs from the lists there")
    arguments = parser.parse_args()
    logs = {str(name): world(name) for name in (WorldName.SHOP, WorldName.NEWS)}
    if arguments.ranklens is not None:
        logs["ranklens"] = ranklens(arguments.ranklens)
    found = {name: [plain(made) for made in lists(log)] for name, log in logs.items()}
    before = msgspec.json.decode(arguments.against.read_bytes()) if arguments.against else {}
    for name, messages in found.items():
        hashes = f"{digest(messages)}  without reasons {digest(map(without_reasons, messages))}"
        print(f"{name:9} {len(messages):>6,} lists  {hashes}", flush=True)
        if name in before:
            print(f"{'':9} {compare(before[name], messages)}", flush=True)
    if arguments.save:
        arguments.save.write_bytes(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
