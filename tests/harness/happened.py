"""A small catalog, and what someone does with its items, folded."""

from typing import Any

from hypothesis import strategies as st

from freshet.contracts.derived import Interests
from freshet.contracts.inputs import Click, Feedback, Query
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.interest.fold import Arrived, fold
from harness.ranking import SUBJECTS, T0, item, put, stocked

HOUR_MS = 3_600_000

#: Item n is about subject n % 5, and has a tag of its own and one that it shares with few others;
#: from 50 on its subject is not its first tag.
ITEMS = [
    *(item(n, tags=[SUBJECTS[n % 5], f"only {n}", f"rare {n % 11}"]) for n in range(50)),
    *(item(n, tags=[f"only {n}", SUBJECTS[n % 5], f"rare {n % 11}"]) for n in range(50, 75)),
]
INVENTORY = stocked(0)
KNOWLEDGE = CatalogKnowledge()
for _one in ITEMS:
    put(INVENTORY, _one)
    KNOWLEDGE.put(_one.item_id, _one)

Event = Click | Feedback | Query


def click(n: int, at: int = 0) -> Click:
    return Click(event_id=f"c{at}", event_time=T0 + at, user_id="ada", item_id=f"item-{n}")


def feedback(n: int, kind: Any, at: int = 0) -> Feedback:
    return Feedback(
        event_id=f"f{at}", event_time=T0 + at, user_id="ada", item_id=f"item-{n}", kind=kind
    )


def query(text: str, at: int = 0) -> Query:
    return Query(event_id=f"q{at}", event_time=T0 + at, user_id="ada", text=text)


def folded(*events: Event) -> Interests:
    arrived = [Arrived("any", n, T0 + n, event) for n, event in enumerate(events)]
    state = fold(None, arrived, KNOWLEDGE)
    assert state is not None
    return state


@st.composite
def events(draw: st.DrawFn) -> Event:
    at = draw(st.integers(0, 30 * 24 * HOUR_MS))
    kind = draw(st.sampled_from(["click", "click", "like", "dislike", "hide", "query"]))
    if kind == "query":
        return query(draw(st.sampled_from([*SUBJECTS, "rare 3", "what?", "the sea and space"])), at)
    n = draw(st.integers(0, 80))
    return click(n, at) if kind == "click" else feedback(n, kind, at)
