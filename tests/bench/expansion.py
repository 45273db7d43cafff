"""Whether a search should be widened by words that the language model's embeddings hold near.

Run: `python tests/bench/expansion.py`. In each world of the simulator every phrase of a subject is
searched for, among items that the catalog's own reading tagged. What is looked at is the 30
candidates of `domain/ranking/candidates/searched.py`: how many of them are about the subject.
"Widened" adds the catalog's tags whose names are nearest to the search's text.

Twice: as searched, and as if no item had ever been tagged with the phrase, which is where widening
could earn its place.
"""

import os

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from freshet.contracts.derived import CatalogItem
from freshet.domain.content.names import TagNames
from freshet.domain.ranking.candidates.searched import SEARCHED
from freshet_simulator.world import World, WorldItem, WorldName, load_world, make_item
from harness.understanding import Catalogue, lexicon

ITEM_COUNT = 600
NEAREST = (0, 1, 3)


class Search:
    """Finds items by the tags that a search names, and by tags near it."""

    def __init__(self, entries: list[CatalogItem]) -> None:
        self._names = TagNames()
        self._rows: dict[str, list[int]] = {}
        for row, entry in enumerate(entries):
            self._names.add(entry.tags, entry.aliases)
            for tag in entry.tags:
                self._rows.setdefault(tag, []).append(row)
        self._tags = list(self._rows)
        self._vectors = lexicon().embed(self._tags)

    def rows(self, text: str, nearest: int, untagged: bool) -> list[int]:
        """Candidates of a search; `untagged` as if it named no tag."""
        named = [] if untagged else self._names.tags_in(text)
        found = [] if untagged else list(named)
        if nearest:
            hidden = set(self._names.tags_in(text)) if untagged else set()
            order = np.argsort(-(self._vectors @ lexicon().embed([text])[0]))
            near = [self._tags[n] for n in order if self._tags[n] not in hidden]
            found += near[:nearest]
        rows = dict.fromkeys(row for tag in dict.fromkeys(found) for row in self._rows.get(tag, ()))
        return list(rows)[: SEARCHED.count]


def about(world: World, made: list[WorldItem], search: Search, nearest: int, untagged: bool) -> str:
    """How well the searches of a world are answered."""
    shares: list[float] = []
    answered = 0
    truth: NDArray[np.float64] = np.array([item.about for item in made])
    for subject, phrases in enumerate(world.subjects.values()):
        for phrase in phrases:
            rows = search.rows(phrase, nearest, untagged)
            answered += bool(rows)
            # Ten are shown: what is missing of them is of no use to the user.
            shares.append(float(truth[rows[:10], subject].sum()) / 10)
    error = 1.96 * np.std(shares) / np.sqrt(len(shares))
    return f"answered {answered}/{len(shares)}, of ten about it {np.mean(shares):.2f} ± {error:.2f}"


def main() -> None:
    """Print both for each world."""
    for name in WorldName:
        world, random = load_world(name), np.random.default_rng(1)
        made = [make_item(world, n, f"e{n}", 1, random) for n in range(ITEM_COUNT)]
        search = Search(Catalogue()([item.item for item in made]))
        for untagged in (False, True):
            for nearest in NEAREST:
                if untagged and not nearest:
                    continue
                kind = "no such tag" if untagged else "as searched"
                told = about(world, made, search, nearest, untagged)
                print(f"{name:8} {kind}, widened by {nearest}: {told}", flush=True)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
