"""How often the lists hold what comes next, on a log of clicks in the CSV form of `freshet replay`.

Run: `python tests/bench/next_interaction.py EVENTS.csv[.gz] [--part test] [--points 3000]`. Items
are understood, events folded and lists made in this process by the code that serves: candidates,
filters, scores, selection and exploration. Each point is a click on an item that its user has not
clicked before; its list is asked for just before the click. `--part validation` (the default) looks
at the last fifth of the first 80 % of the time span, `--part test` at the last 20 %.

Beside the lists stand the popularity of an hour, a day, a week and ever (half-lives), co-visits,
the mixture that the prior scores by over all items, and how many of the next items were candidates.
"""

import argparse
import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.inputs import Click, Item
from freshet.contracts.recommendations import Trigger
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.learning.past import Past
from freshet.domain.ranking.covisits import covisits
from freshet.domain.ranking.expected import log_expected
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.moment import Moment
from freshet.domain.ranking.popularity import MEMORIES
from freshet.domain.ranking.rank import Considered, Ranking
from freshet.domain.ranking.request import RankingRequest
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.replay.csv_events import csv_rows, parse_row
from freshet_ranker.config import PRIOR
from freshet_ranker.onnx_scorer import OnnxScorer
from harness.understanding import Catalogue

Values = NDArray[np.float64]


def _popular(at: int) -> Callable[[Moment], Values]:
    return lambda moment: moment.popularity.shares[at].astype(np.float64)


#: Each of them gives every item a value for the one user of a moment, [n].
BASELINES: dict[str, Callable[[Moment], Values]] = {
    **{f"popularity, {memory}": _popular(at) for at, memory in enumerate(MEMORIES)},
    "co-visits, else week": lambda moment: (
        _every(moment, lambda rows: moment.once(covisits).at(rows)[0])
        + 1e-6 * moment.popularity.shares[2]
    ),
    "mixture of all items": lambda moment: _every(moment, lambda rows: log_expected(moment, rows)),
}


def _every(moment: Moment, of: Callable[[NDArray[np.int64]], NDArray[np.float32]]) -> Values:
    values: Values = of(np.arange(moment.eligible.shape[1])[None])[0].astype(np.float64)
    return values


def read(path: Path) -> tuple[list[Item], list[Click]]:
    """Items and clicks of a file."""
    opened = gzip.open if path.suffix == ".gz" else open
    items, clicks = [], []
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv_rows(file):
            message = parse_row(row).message
            if isinstance(message, Item):
                items.append(message)
            elif isinstance(message, Click):
                clicks.append(message)
    return items, clicks


class Places:
    """At which place each ranker had the next item; infinite where it had not."""

    def __init__(self) -> None:
        self.users: list[str] = []
        self.clicks: list[int] = []
        self.of: dict[str, list[float]] = {}
        self.brought: dict[str, list[int]] = {}

    def tell(self, name: str, which: NDArray[np.bool_]) -> None:
        """Print the figures of one ranker, with 95 % intervals by bootstrap over users."""
        places = np.array(self.of[name])[which]
        gain = np.where(places < 10, 1 / np.log2(np.minimum(places, 10) + 2), 0.0)
        cells = {"NDCG@10": gain, "hit@10": places < 10, "hit@50": places < 50}
        users = np.unique(np.array(self.users)[which], return_inverse=True)[1]
        told = "  ".join(f"{k} {_interval(v.astype(float), users)}" for k, v in cells.items())
        print(f"  {name:22} {told}  first 200 {(places < 200).mean():.3f}", flush=True)


def _interval(values: Values, users: NDArray[np.intp]) -> str:
    sums, counts = np.bincount(users, values), np.bincount(users)
    drawn = np.random.default_rng(0).integers(0, len(sums), (500, len(sums)))
    low, high = np.percentile(sums[drawn].sum(1) / counts[drawn].sum(1), [2.5, 97.5])
    return f"{values.mean():.4f} ({low:.4f} to {high:.4f})"


def place_of(row: int, values: Values, eligible: NDArray[np.bool_]) -> float:
    """Place of a row in the order of the values; of equals, the middle."""
    if not eligible[row]:
        return np.inf
    others = values[eligible]
    return float((others > values[row]).sum() + ((others == values[row]).sum() - 1) / 2)


def points(clicks: Sequence[Click], low: float, high: float) -> Iterator[tuple[Click, bool]]:
    """All clicks, and whether each is a point."""
    first, last = clicks[0].time_ms, clicks[-1].time_ms
    known: set[tuple[str, str]] = set()
    for click in clicks:
        at = (click.time_ms - first) / (last - first)
        new = (click.user_id, click.item_id) not in known
        known.add((click.user_id, click.item_id))
        yield click, new and low <= at <= high


def measure(arguments: argparse.Namespace) -> Places:
    """Walk through the log."""
    items, clicks = read(arguments.events)
    inventory, knowledge = Inventory(EMBEDDING_VERSION), CatalogKnowledge()
    past = Past(inventory, knowledge)
    folder = arguments.model or PRIOR
    scorer = OnnxScorer(folder, inventory, 1)
    entries = Catalogue()(items)
    for entry in entries:
        knowledge.put(entry.item_id, entry)
    vectors = [np.frombuffer(one.embedding, "<f2").astype(np.float32) for one in entries]
    scorer.encode(inventory.put(entries, np.stack(vectors)))
    ranking = Ranking(inventory, past.popularity, arguments.exploration)
    places = Places()
    low, high = (0.8, 1.0) if arguments.part == "test" else (0.64, 0.8)
    started = time.monotonic()
    for n, (click, is_point) in enumerate(points(clicks, low, high)):
        if is_point and len(places.users) % arguments.every == 0:
            past.refresh(click.time_ms)
            state = past.people.get(click.user_id)
            trigger = Trigger(kind="request", event_id=f"{n}")
            request = RankingRequest(
                user_id=click.user_id, state=state, trigger=trigger, cause=None, count=50
            )
            look(click.item_id, request, ranking, scorer, places, click.time_ms)
        elif is_point:
            places.users.append("")
        if len(places.users) >= arguments.points:
            break
        past.take(click.time_ms, click)
        if n % 10_000 == 0:
            print(f"{n:,} clicks, {time.monotonic() - started:.0f} s", flush=True)
    return places


def look(
    item_id: str,
    request: RankingRequest,
    ranking: Ranking,
    scorer: OnnxScorer,
    places: Places,
    now_ms: int,
) -> None:
    """Make the list of a point, and note where everybody has the item."""
    (made,) = ranking.rank([request], scorer, now_ms)
    considered: Considered = ranking.consider([request], scorer, now_ms)
    moment = considered.moment
    row = moment.inventory.rows[item_id]
    listed = [one.item_id for one in made.items]
    place = float(listed.index(item_id)) if item_id in listed else np.inf
    places.of.setdefault("lists", []).append(place)
    best = np.where(considered.allowed[0], considered.score[0], -np.inf)
    at = np.flatnonzero((considered.rows[0] == row) & considered.allowed[0])
    place = float((best > best[at[0]]).sum()) if len(at) else np.inf
    places.of.setdefault("candidates by score", []).append(place)
    for name, values in BASELINES.items():
        found = place_of(row, values(moment).astype(np.float64), moment.eligible[0])
        places.of.setdefault(name, []).append(found)
    (((names),),) = considered.candidates.sources_of(np.array([[row]]))
    for source in names:
        places.brought.setdefault(source, []).append(len(names))
    places.clicks.append(moment.users.signals[0])
    places.users.append(request.user_id)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=Path)
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    parser.add_argument("--points", type=int, default=1_000_000, help="at most, from the first")
    parser.add_argument("--every", type=int, default=1, help="of the points only each n-th")
    parser.add_argument("--exploration", type=float, default=0.05)
    parser.add_argument("--model", type=Path, help="folder of a model; the prior by default")
    places = measure(parser.parse_args())
    places.users = [user for user in places.users if user]
    known = np.array(places.clicks)
    print(f"{len(known):,} points of {len(set(places.users)):,} users")
    for name in places.of:
        places.tell(name, np.ones(len(known), np.bool_))
    for low, high in ((0, 1), (1, 3), (3, 10), (10, 10**9)):
        which = (known >= low) & (known < high)
        print(f"users of {low} to {high - 1} clicks: {which.sum():,} points")
        for name in ("lists", "popularity, day"):
            places.tell(name, which)
    in_all = np.isfinite(np.array(places.of["candidates by score"])).mean()
    print(f"the next item is a candidate in {in_all:.3f}; by source, and by it alone:")
    for name, others in sorted(places.brought.items()):
        only = np.array(others) == 1
        print(f"  {name:14} {len(others) / len(known):.3f}  {only.sum() / len(known):.3f}")


if __name__ == "__main__":
    main()
