"""The fold: a user's state and the events that arrived become the user's new state.

One function for serving and for training's replay, so that features cannot drift apart. The
state is the fold's whole memory: folding a log in any batches, or again, gives the same state.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import assert_never

import msgspec
from xxhash import xxh3_64_digest

from freshet.contracts.derived import (
    MAX_ACTS,
    MAX_PASSED,
    MAX_SEARCH,
    MAX_SEARCHES,
    Cause,
    Counters,
    Interests,
    Recent,
    RecentQuery,
    SignalKind,
)
from freshet.contracts.envelope import to_ms
from freshet.contracts.inputs import Cart, Click, Feedback, Impression, Query
from freshet.domain.interactions import UserEvent, interactions
from freshet.domain.interest.item_lookup import ItemLookup
from freshet.domain.interest.slow import absorb
from freshet.domain.interest.strength import QUERY_STRENGTH, STRENGTH
from freshet.domain.interest.tags import reinforce

#: Interactions on items that are remembered one by one, and how many more may gather before
#: the oldest leave together for the slow vector.
MAX_RECENT = 50
RECENT_SLACK = MAX_ACTS - MAX_RECENT

#: Event ids remembered against a producer that sends twice.
MAX_SEEN = 16
_DIGEST_BYTES = 8
_SEEN_BYTES = MAX_SEEN * _DIGEST_BYTES


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """A user's event and where it stood in the log.

    Attributes:
        source: the topic's name in the registry.
        offset: in the partition of the user.
        broker_time_ms: when the broker took it.
        event: what happened.
    """

    source: str
    offset: int
    broker_time_ms: int
    event: UserEvent


def fold(
    state: Interests | None, arrived: Iterable[Arrived], items: ItemLookup
) -> Interests | None:
    """Fold events of one user into the user's state.

    An event at or below the offset applied before, or with an id seen lately, changes nothing:
    reading the log again, or a producer's doubling, has no effect. An impression says what the
    user skipped; it changes neither tags nor vectors, nor what caused the state.

    Args:
        state: the user's state so far; None for a new user.
        arrived: the user's events, each source's in the order of its offsets.
        items: what is known of items.

    Returns:
        The new state; `state` itself where no event was new.
    """
    draft: _Draft | None = None
    applied = dict(state.applied) if state else {}
    for one in arrived:
        if one.offset <= applied.get(one.source, -1):
            continue
        applied[one.source] = one.offset
        if draft is None:
            draft = _Draft(state, one.event.user_id)
        draft.take(one, items)
    return state if draft is None else draft.finish(applied)


class _Draft:
    """A state being changed: mutable for the length of one fold."""

    __slots__ = (
        "acted",
        "carts",
        "cause",
        "clicks",
        "epoch_ms",
        "feedback",
        "impressions",
        "items",
        "kinds",
        "queries",
        "queries_count",
        "seen",
        "skipped",
        "slow",
        "slow_ms",
        "tags",
        "times_ms",
        "user_id",
    )

    def __init__(self, state: Interests | None, user_id: str) -> None:
        self.cause: tuple[str, int, int] = ("", 0, -1)
        self.user_id = user_id
        self.items: list[str] = []
        self.kinds: list[SignalKind] = []
        self.times_ms: list[int] = []
        self.queries: list[RecentQuery] = []
        self.tags: dict[str, int] = {}
        self.epoch_ms = 0
        self.slow, self.slow_ms = b"", 0
        self.skipped: list[str] = []
        self.acted = False
        self.seen = b""
        self.clicks = self.queries_count = self.feedback = self.carts = self.impressions = 0
        if state is not None:
            cause = state.caused_at
            self.cause = (cause.event_id, cause.event_time_ms, cause.broker_time_ms)
            recent = state.recent
            self.items = recent.items.copy()
            self.kinds = recent.kinds.copy()
            self.times_ms = recent.times_ms.copy()
            self.queries = state.queries
            self.tags, self.epoch_ms = state.tags.copy(), state.tags_epoch_ms
            self.slow, self.slow_ms = state.slow_vector, state.slow_time_ms
            self.skipped = state.passed
            self.seen = state.seen
            counters = state.counters
            self.clicks, self.queries_count = counters.clicks, counters.queries
            self.feedback, self.carts = counters.feedback, counters.carts
            self.impressions = counters.impressions

    def take(self, one: Arrived, items: ItemLookup) -> None:
        event, seen = one.event, self.seen
        digest = xxh3_64_digest(event.event_id.encode())
        if digest in seen and _holds(seen, digest):
            return
        self.seen = (seen + digest)[-_SEEN_BYTES:]
        time = event.event_time
        time_ms = time if type(time) is int else to_ms(time)
        if isinstance(event, Impression):
            self.impressions += 1
            self._skip(event.item_ids)
            if not self.cause[0]:
                self.cause = (event.event_id, time_ms, one.broker_time_ms)
            return
        self.acted = True
        # The first interaction is a cause whenever it came: until then there was only an
        # impression.
        if one.broker_time_ms >= self.cause[2] or not (
            self.clicks or self.queries_count or self.feedback or self.carts
        ):
            self.cause = (event.event_id, time_ms, one.broker_time_ms)
        for item_id, kind in interactions(event):
            self._remember(item_id, kind, time_ms, items)
        if isinstance(event, Click):
            self.clicks += 1
        elif isinstance(event, Feedback):
            self.feedback += 1
        elif isinstance(event, Cart):
            self.carts += 1
        elif isinstance(event, Query):
            self.queries_count += 1
            query = RecentQuery(event.text[:MAX_SEARCH], time_ms)
            self.queries = sorted([*self.queries, query], key=_time)[-MAX_SEARCHES:]
            tags = items.tags_in(query.text)
            self.epoch_ms = reinforce(self.tags, self.epoch_ms, tags, QUERY_STRENGTH, time_ms)
        else:
            assert_never(event)

    def _remember(self, item_id: str, kind: SignalKind, time_ms: int, items: ItemLookup) -> None:
        times_ms = self.times_ms
        if times_ms and time_ms < times_ms[-1]:
            at = bisect_right(times_ms, time_ms)
            self.items.insert(at, item_id)
            self.kinds.insert(at, kind)
            times_ms.insert(at, time_ms)
        else:
            self.items.append(item_id)
            self.kinds.append(kind)
            times_ms.append(time_ms)
        if len(times_ms) > MAX_RECENT + RECENT_SLACK:
            leaving = Recent(
                items=self.items[:-MAX_RECENT],
                kinds=self.kinds[:-MAX_RECENT],
                times_ms=times_ms[:-MAX_RECENT],
            )
            self.slow, self.slow_ms = absorb(self.slow, self.slow_ms, leaving, items)
            for column in (self.items, self.kinds, times_ms):
                del column[:-MAX_RECENT]
        if item_id in self.skipped:
            self.skipped = [one for one in self.skipped if one != item_id]
        tags = items.tags_of(item_id)
        self.epoch_ms = reinforce(self.tags, self.epoch_ms, tags, STRENGTH[kind], time_ms)

    def _skip(self, item_ids: Sequence[str]) -> None:
        shown = dict.fromkeys(item_ids)
        for item_id in self.items:
            shown.pop(item_id, None)
        self.skipped = [*(one for one in self.skipped if one not in shown), *shown][-MAX_PASSED:]

    def finish(self, applied: dict[str, int]) -> Interests:
        event_id, event_time_ms, broker_time_ms = self.cause
        return Interests(
            event_id=event_id,
            event_time=event_time_ms,
            user_id=self.user_id,
            caused_at=Cause(
                event_id=event_id, event_time_ms=event_time_ms, broker_time_ms=broker_time_ms
            ),
            recent=Recent(items=self.items, kinds=self.kinds, times_ms=self.times_ms),
            queries=self.queries,
            tags=self.tags,
            tags_epoch_ms=self.epoch_ms,
            slow_vector=self.slow,
            slow_time_ms=self.slow_ms,
            passed=self.skipped,
            acted=self.acted,
            counters=Counters(
                clicks=self.clicks,
                queries=self.queries_count,
                feedback=self.feedback,
                impressions=self.impressions,
                carts=self.carts,
            ),
            applied=applied,
            seen=self.seen,
        )


def _time(query: RecentQuery) -> int:
    return query.time_ms


def _holds(seen: bytes, digest: bytes) -> bool:
    """Whether the digest stands at a whole place; across two neighbours it means nothing."""
    at = seen.find(digest)
    while at >= 0 and at % _DIGEST_BYTES:
        at = seen.find(digest, at + 1)
    return at >= 0
