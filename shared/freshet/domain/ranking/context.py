"""What the features and reasons need to know of each user, worked out once a micro-batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freshet.domain.interest.strength import STRENGTH
from freshet.domain.interest.tags import current_tags
from freshet.domain.interest.vectors import interest_vectors
from freshet.domain.ranking.ask import Ask, Floats, Rows
from freshet.domain.ranking.inventory import Inventory

#: The newest liked items that candidates are compared with one by one.
LIKED = 10

#: A search is looked at as long as nothing else was done for this time.
QUERY_MEMORY_MS = 30 * 60_000


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the users of a micro-batch.

    Attributes:
        interests: fast, middling and slow content vectors, [b, 3, 128].
        liked: rows of the items liked lately, newest first, padded with -1, [b, 10].
        tags: each user's tag weights now.
        queries: what each user is looking for; an empty text for nothing.
        query_codes: tags that the query names.
        query_words: how many words it has.
        signals: how many acts speak for something.
    """

    interests: Floats
    liked: Rows
    tags: list[dict[str, float]]
    queries: list[str]
    query_codes: list[set[int]]
    query_words: list[int]
    signals: list[int]


def context(inventory: Inventory, asks: Sequence[Ask]) -> Context:
    """Work out the context of a micro-batch of users."""
    interests = np.zeros((len(asks), 3, inventory.embeddings.shape[1]), np.float32)
    known = [user for user, ask in enumerate(asks) if ask.state is not None]
    states = [ask.state for ask in asks if ask.state is not None]
    interests[known] = interest_vectors(states, inventory.rows, inventory.embeddings)
    liked = np.full((len(asks), LIKED), -1)
    signals = [0] * len(asks)
    for user, ask in enumerate(asks):
        if ask.state is not None:
            recent = ask.state.recent
            positive = [
                item_id
                for item_id, kind in zip(recent.items, recent.kinds, strict=False)
                if STRENGTH[kind] > 0
            ]
            signals[user] = len(positive) + len(ask.state.queries)
            rows = [inventory.rows.get(item_id, -1) for item_id in positive[: -LIKED - 1 : -1]]
            liked[user, : len(rows)] = rows
    queries = [_query(ask) for ask in asks]
    named = [inventory.codes_named_by(query) if query else (set(), 1) for query in queries]
    return Context(
        interests=interests,
        liked=liked,
        tags=[current_tags(ask.state) if ask.state else {} for ask in asks],
        queries=queries,
        query_codes=[codes for codes, _ in named],
        query_words=[words for _, words in named],
        signals=signals,
    )


def _query(ask: Ask) -> str:
    if ask.query:
        return ask.query
    state = ask.state
    if state is None or not state.queries:
        return ""
    newest = state.queries[-1]
    fresh = state.caused_at.event_time_ms - newest.time_ms <= QUERY_MEMORY_MS
    return newest.text if fresh else ""
