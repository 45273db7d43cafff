"""How fast items are understood, which words meet, and how far content alone ranks.

Run: `python tests/bench/content.py [FILE]`. FILE is in Metarank's form (JSON lines, plain or gzip),
such as RankLens: without it the lists are left out. One core throughout.

- Speed: 2,000 items through the catalog service's own function, from items to encoded entries.
- Words: descriptions in two languages by their vectors; the pairs of same_things.toml by the
  taxonomy, and by the cosine of two names alone with the limit that the even half asks for.
- Lists: items are stripped to text (title and description; then the producer's words too), and
  lists of people who had clicked at least three times before are ranked by what the folded states
  say of content. No popularity, no ids, no numbers; nothing is learned but one weight, which was
  chosen on the first four fifths of the lists.
"""

import argparse
import gzip
import os
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import msgspec
import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry
from threadpoolctl import threadpool_limits

from freshet.contracts.derived import Trend
from freshet.contracts.inputs import Click, Feedback, Impression, Item
from freshet.contracts.registry import CATALOG, ITEMS
from freshet.domain.content.english import in_english
from freshet.domain.content.taxonomy import Taxonomy
from freshet.domain.evaluation.bootstrap import difference_interval, mean_interval
from freshet.domain.evaluation.metrics import ndcg, ranked, ranking
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.learning.examples import Examples
from freshet.domain.learning.log import Entry, entry_of
from freshet.domain.learning.replay import Replay
from freshet.domain.learning.shown import stacked
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.replay.metarank import parse_metarank
from freshet.streaming.batch import Batch, Received
from freshet.streaming.state import PartitionedState
from freshet_catalog.metrics import catalog_metrics
from freshet_catalog.service import CatalogProcessor
from freshet_simulator.world import WorldName, load_world, make_item
from harness.understanding import Catalogue, lexicon

ITEM_COUNT = 2_000
SIGNALS = 3
TEST_SHARE = 0.2
DRAWS = 2_000

#: What a cosine in tags counts beside one of vectors: the tags of an item are few and short.
TAGS_WEIGHT = 3.0

PAIRS = Path(__file__).with_name("same_things.toml")

Pairs = Sequence[Sequence[str]]
Scores = NDArray[np.float64]


class Unpopular(Popularity):
    """Nothing is popular: no trend is taken in."""

    def put(self, trend: Trend) -> None:
        del trend


def simulated() -> list[Item]:
    """Items of all worlds of the simulator, in English and Chinese."""
    random = np.random.default_rng(0)
    worlds = [load_world(name) for name in WorldName]
    return [
        make_item(worlds[n % len(worlds)], n, f"e{n}", 1_700_000_000_000, random).item
        for n in range(ITEM_COUNT)
    ]


def speed(name: str, items: Sequence[Item]) -> None:
    """Print how long a worker that has just started takes for items."""
    state = PartitionedState(CATALOG)
    state.begin([0])
    words = lexicon()
    words.synonyms.cache_clear()
    words.meanings.cache_clear()
    metrics = catalog_metrics(CollectorRegistry())
    reading = CatalogProcessor(state, words, Taxonomy(words), (), metrics)
    records = [Received(item, item.item_id.encode(), n, 0, ()) for n, item in enumerate(items)]
    started, processor = time.perf_counter(), time.process_time()
    outputs = reading.process([Batch(ITEMS, 0, records)], 0)
    seconds, cpu = time.perf_counter() - started, time.process_time() - processor
    print(f"{name:24} {len(outputs):,} items: {seconds:.2f} s ({cpu:.2f} s of the processor)")


def words() -> None:
    """Print how many pairs of words for one thing meet, and how many of words for two."""
    things = tomllib.loads(PAIRS.read_text("utf-8"))
    sentences(things.pop("sentences")["pairs"])
    for language, pairs in things.items():
        same, different = pairs["same"], pairs["different"]
        limit = best_limit(cosines(same[::2]), cosines(different[::2]))
        told(
            f"{language}, cosine >= {limit:.2f}",
            (cosines(same[1::2]) >= limit).tolist(),
            (cosines(different[1::2]) >= limit).tolist(),
        )
        for half, start in (("chosen on", 0), ("held out", 1)):
            met = [[meet(*pair) for pair in some[start::2]] for some in (same, different)]
            told(f"{language}, taxonomy, {half}", *met)


def sentences(pairs: Pairs) -> None:
    """Print how near descriptions in English and Chinese are, as they are and read in English."""
    english = lexicon().embed([first for first, _ in pairs])
    for name, texts in {
        "as they are": [second for _, second in pairs],
        "in English": [in_english(second, lexicon()) for _, second in pairs],
    }.items():
        likeness = english @ lexicon().embed(texts).T
        own, found = np.diag(likeness), likeness.argmax(axis=1) == np.arange(len(pairs))
        others = (likeness.sum() - own.sum()) / (likeness.size - len(own))
        print(
            f"Chinese sentences {name:12} {found.sum()} of {len(pairs)} are nearest to their own;"
            f" cosine {own.mean():.2f}, with others {others:.2f}"
        )


def cosines(pairs: Pairs) -> NDArray[np.float32]:
    """Of the vectors of the two names themselves."""
    first, second = (lexicon().embed([pair[n] for pair in pairs]) for n in (0, 1))
    likeness: NDArray[np.float32] = (first * second).sum(axis=1)
    return likeness


def best_limit(same: NDArray[np.float32], different: NDArray[np.float32]) -> float:
    """The limit with the best F1."""

    def quality(limit: float) -> float:
        found, wrong = (same >= limit).sum(), (different >= limit).sum()
        return float(2 * found / (len(same) + found + wrong))

    return max(map(float, same), key=quality)


def meet(first: str, second: str) -> bool:
    """Whether two names become one tag."""
    taxonomy = Taxonomy(lexicon())
    return taxonomy.coin(first) == taxonomy.coin(second)


def told(name: str, met: Sequence[bool], wrong: Sequence[bool]) -> None:
    """Print how many of each met."""
    precision = sum(met) / max(1, sum(met) + sum(wrong))
    print(
        f"{name:32} one thing: {sum(met)} of {len(met)} meet; two things: {sum(wrong)} of"
        f" {len(wrong)}; precision {precision:.2f}"
    )


def lists(items: Sequence[Item], entries: Sequence[Entry]) -> Examples:
    """All lists with a click, in the order of time."""
    inventory, knowledge = Inventory(EMBEDDING_VERSION), CatalogKnowledge()
    for entry in Catalogue()(items):
        vector = inventory.readable(entry)
        assert vector is not None
        inventory.put([entry], vector[None])
        knowledge.put(entry.item_id, entry)
    replay = Replay(inventory, knowledge)
    replay._past.popularity = Unpopular(inventory)
    shown = [one for entry in entries for one in replay.take(entry)] + replay.finish()
    return stacked([one for one in shown if one.labels.any()])


def rankers(examples: Examples) -> Iterator[tuple[str, Scores]]:
    """What is compared: the order by chance and the shown one first."""
    n, k = examples.items.shape

    def feature(name: str) -> Scores:
        return examples.cross[:, :, CROSS_FEATURES.index(name)].astype(np.float64)

    yield "random", np.random.default_rng(0).random((n, k))
    yield "shown order", np.broadcast_to(-np.arange(k, dtype=np.float64), (n, k))
    yield "vectors", feature("content_affinity")
    yield "tags", feature("tag_affinity")
    yield "content", feature("content_affinity") + TAGS_WEIGHT * feature("tag_affinity")


def compare(name: str, examples: Examples) -> None:
    """Print nDCG@10 of each, and how far content is ahead, for people who had clicked before."""
    examples = examples[examples.signals >= SIGNALS]
    users = examples.user_ids.astype(str)
    quality = {
        one: ndcg(ranked(examples.labels, ranking(scores, examples)))
        for one, scores in rankers(examples)
    }
    print(f"{name}: {len(examples):,} lists, nDCG@10")
    for one, values in quality.items():
        interval = mean_interval(values, users, DRAWS, 0)
        print(f"  {one:24} {interval.mean:.4f} [{interval.low:.4f}, {interval.high:.4f}]")
    for other in ("random", "shown order"):
        ahead = difference_interval(quality["content"], quality[other], users, DRAWS, 0)
        print(f"  content over {other:11} {ahead.mean:+.4f} [{ahead.low:+.4f}, {ahead.high:+.4f}]")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    file = parser.parse_args().file
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    threadpool_limits(1)
    speed("simulated, four worlds", simulated())
    messages = []
    if file is not None:
        opened: Callable[..., gzip.GzipFile] = gzip.open if file.suffix == ".gz" else open  # type: ignore[assignment]
        with opened(file, "rb") as lines:
            messages = [parse_metarank(line).message for line in lines]
    items = [one for one in messages if isinstance(one, Item)]
    if items:
        speed(f"of {file.name}", items[:ITEM_COUNT])
    words()
    if not items:
        return
    entries = [entry_of(one) for one in messages if isinstance(one, Click | Feedback | Impression)]
    entries.sort(key=lambda one: one[:3])
    plain = msgspec.structs.replace
    forms = {
        "title and description": [
            plain(one, tags=[], category=None, attributes={}, published_at=None) for one in items
        ],
        "and the producer's words": [plain(one, attributes={}, published_at=None) for one in items],
    }
    for name, form in forms.items():
        examples = lists(form, entries)
        compare(f"{name}, all", examples)
        compare(f"{name}, newest fifth", examples[round((1 - TEST_SHARE) * len(examples)) :])


if __name__ == "__main__":
    main()
