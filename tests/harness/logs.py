"""A small catalog and random logs for the tests of learning."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
from hypothesis import strategies as st

from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Click, Feedback, Impression, Query
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.learning.log import Entry, ListMade, entry_of
from freshet.domain.learning.replay import DEFAULTS, Replay, ReplayOptions
from freshet.domain.learning.shown import START, Position, Shown
from freshet.domain.ranking.inventory import Inventory

T0 = 1_700_000_000_000
SPACE = "test-space"
ITEMS = 12
USERS = 4

MINUTE_MS = 60_000


def catalog() -> list[CatalogItem]:
    random = np.random.default_rng(7)
    found = []
    for n in range(ITEMS):
        vector = random.normal(size=128).astype(np.float32)
        vector /= np.linalg.norm(vector)
        found.append(
            CatalogItem(
                event_id=f"e{n}",
                event_time=T0,
                item_id=f"item-{n}",
                title=f"Item {n}",
                tags=[f"tag {n % 5}", f"only {n}"],
                embedding=vector.astype("<f2").tobytes(),
                embedding_version=SPACE,
                content_hash="h",
                tokens=np.arange(1, 49, dtype="<u2").tobytes(),
                published_ms=T0 - n * 24 * 60 * MINUTE_MS,
            )
        )
    return found


def stock(items: Iterable[CatalogItem]) -> tuple[Inventory, CatalogKnowledge]:
    """The items as the ranker and as the fold know them."""
    inventory, knowledge = Inventory(SPACE), CatalogKnowledge(SPACE)
    for one in items:
        vector = inventory.readable(one)
        assert vector is not None
        inventory.put([one], vector[None])
        knowledge.put(one.item_id, one)
    return inventory, knowledge


def replayed(
    log: Iterable[Entry], options: ReplayOptions = DEFAULTS, after: Position = START
) -> list[Shown]:
    replay = Replay(*stock(catalog()), options, after)
    found = [one for entry in log for one in replay.take(entry)]
    return found + replay.finish()


def ordered(events: Iterable[Entry]) -> list[Entry]:
    return sorted(events, key=lambda entry: entry[:3])


times = st.integers(0, 4 * 60).map(lambda minutes: T0 + minutes * MINUTE_MS // 3)
# Two more than the catalog has: a log names items that nobody told of.
item_ids = st.integers(0, ITEMS + 1).map("item-{}".format)
recommendation_ids = st.none() | st.integers(0, 5).map("list-{}".format)


@st.composite
def entries(draw: st.DrawFn, number: int) -> Entry:
    base: dict[str, Any] = {
        "event_id": f"e{number:03d}",
        "event_time": draw(times),
        "user_id": f"user-{draw(st.integers(0, USERS - 1))}",
    }
    kind = draw(st.sampled_from(["shown", "shown", "click", "click", "query", "judged", "made"]))
    if kind == "shown":
        items = draw(st.lists(item_ids, min_size=1, max_size=6))
        listed = draw(recommendation_ids)
        return entry_of(Impression(**base, item_ids=items, recommendation_id=listed))
    if kind == "click":
        listed = draw(recommendation_ids)
        return entry_of(Click(**base, item_id=draw(item_ids), recommendation_id=listed))
    if kind == "query":
        return entry_of(Query(**base, text=draw(st.sampled_from(["tag 1", "only 3 please", "?"]))))
    if kind == "made":
        made = ListMade(f"list-{draw(st.integers(0, 5))}", f"model@{number}")
        return Entry(base["event_time"], 0, base["event_id"], made)
    judgement = draw(st.sampled_from(["like", "hide", "purchase"]))
    return entry_of(Feedback(**base, item_id=draw(item_ids), kind=cast(Any, judgement)))


@st.composite
def logs(draw: st.DrawFn, max_size: int = 40) -> list[Entry]:
    """Some events in the order of time."""
    count = draw(st.integers(0, max_size))
    return ordered(draw(entries(number)) for number in range(count))


def same(first: Sequence[Shown], second: Sequence[Shown], *, but: Sequence[str] = ()) -> None:
    """Assert that the lists are alike to the last bit, but for some fields."""
    assert [one.position for one in first] == [one.position for one in second]
    for one, other in zip(first, second, strict=True):
        for name in Shown.__dataclass_fields__:
            if name not in but:
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
