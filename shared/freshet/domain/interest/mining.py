"""Interests with a name: what a user's newest interactions agree on, its trend and the evidence.

Each interaction speaks for the tags of its item, less for the later ones, and less by time and by
interactions that came after it. An item has many tags, and those of one subject would fill the
list; so each interaction is then counted for one of them, the one that the user's other
interactions speak for most. A tag's weight is what it was counted for, and a little of what spoke
for it anyway. The constants were chosen in the simulator (docs/decisions/0014-mined-interests.md).

Disliked tags are those of the state, which remembers them by time alone: what is disliked is not
shown again, so no newer interaction could confirm it.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from freshet.contracts.derived import Interests
from freshet.contracts.recommendations import MAX_INTERESTS, Evidence, InterestTrend, InterestUsed
from freshet.domain.interest.newest import TAGS, Tags, newest_of
from freshet.domain.interest.recent_interactions import RecentInteractions

#: Interests named, and the evidence of each.
DISLIKED = 2
LIKED = MAX_INTERESTS - DISLIKED
EVIDENCE = 3

#: Of what speaks for a tag, the part that counts beside the interactions that are counted for it.
_SHARED = 0.3

#: How many times as large, or as small, a share must be to be called rising, or fading.
_TREND = 2.0

_TRENDS: tuple[InterestTrend, ...] = ("steady", "rising", "fading")
_PLACE = 1.0 / np.sqrt(1.0 + np.arange(TAGS))
_SIGN = np.repeat([1.0, -1.0], [LIKED, DISLIKED])[:, None]
_NONE = ((0.0, ""),) * DISLIKED

#: Stands for no place; places of interactions are negative.
_NOWHERE = 1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def mine_interests(
    states: Sequence[Interests | None],
    interactions: RecentInteractions,
    tags: Sequence[Mapping[str, float]],
    carried: NDArray[np.int32],
    vocabulary: Tags,
) -> list[list[InterestUsed]]:
    """The interests of each user: at most six liked, the strongest first, then two disliked.

    Args:
        states: of b users; None for a user of whom nothing is known.
        interactions: what they did lately.
        tags: weights of their tags now.
        carried: codes of the tags of each item, strongest first, 0 pads, [rows, at least 6].
        vocabulary: the tags.
    """
    newest = newest_of(states, interactions, carried, vocabulary)
    if not newest.weight.any():
        return [[] for _ in states]
    disliked = [_disliked(weights) for weights in tags]
    get = vocabulary.codes.get
    codes = np.array([[get(name, 0) for _, name in pairs] for pairs in disliked], np.int64)
    at, wanted = _columns(newest.codes, codes, len(vocabulary.names))
    against = np.searchsorted(wanted, codes)
    spoken = newest.weight[:, :, None] * _PLACE
    top, weights = _strongest(_weights(at, spoken, newest.weight, len(wanted)), against)
    said = _evidence_by_tag(at, spoken, np.concatenate([top, against], axis=1), len(wanted))
    arrays = wanted[top], weights.round(4), _trends(said, newest.late), _places(said)
    return [
        [] if state is None else _as_sent(state, vocabulary.names, *found)
        for state, *found in zip(states, disliked, *(one.tolist() for one in arrays), strict=True)
    ]


def _disliked(tags: Mapping[str, float]) -> tuple[tuple[float, str], ...]:
    """Weight and name of the two most disliked tags; without a name where there are less."""
    if not tags or min(tags.values()) >= 0:
        return _NONE
    found = sorted((round(weight, 4), name) for name, weight in tags.items() if weight < 0)
    return (*found, *_NONE)[:DISLIKED]


def _columns(codes: NDArray[np.int32], more: Ints, tags: int) -> tuple[Ints, Ints]:
    """A column for each tag that matters to a user of the batch: tables stay small.

    Returns:
        The place of each of `codes` [b, n, 6] in a flat table of users by columns, and the code of
        each column. The first is that of padding.
    """
    matters = np.zeros(tags, np.bool_)
    matters[codes.ravel()] = True
    matters[more.ravel()] = True
    matters[0] = True
    wanted = matters.nonzero()[0]
    column = np.empty(tags, np.int64)
    column[wanted] = np.arange(len(wanted))
    first = len(wanted) * np.arange(len(codes))
    return column.take(codes) + first[:, None, None], wanted


def _weights(at: Ints, spoken: Floats, weight: Floats, width: int) -> NDArray[np.float32]:
    """What each tag weighs for each user, [b, width]."""
    users = len(at)
    total = np.bincount(at.ravel(), spoken.ravel(), users * width)
    total[::width] = 0
    agreed = total.take(at)
    np.negative(agreed, out=agreed, where=(weight < 0)[:, :, None])
    best = agreed.argmax(axis=2).ravel()
    counted_for = at.reshape(-1, TAGS)[np.arange(best.size), best]
    counted = np.bincount(counted_for, weight.ravel(), users * width)
    weights = (counted + _SHARED * total) / (1 + _SHARED)
    weights[::width] = 0
    return weights.astype(np.float32).reshape(users, width)


def _strongest(weights: NDArray[np.float32], but: Ints) -> tuple[Ints, Floats]:
    """Columns and values of the largest weights, the largest first, [b, 6]; `weights` is used up.

    What is disliked on the whole is not liked, whatever the newest interactions say.
    """
    users = np.arange(len(weights))
    weights[users[:, None], but] = 0
    top = np.empty((len(weights), LIKED), np.int64)
    values = np.empty(top.shape)
    for rank in range(LIKED):
        best = top[:, rank] = weights.argmax(axis=1)
        values[:, rank] = weights[users, best]
        weights[users, best] = 0
    return top, values


def _evidence_by_tag(at: Ints, spoken: Floats, top: Ints, width: int) -> Floats:
    """What each interaction says for each interest, against it if it is disliked, [b, 8, n]."""
    users, interactions = at.shape[:2]
    slots = top.shape[1] + 1
    slot = np.zeros((users, width), np.int64)
    slot[np.arange(users)[:, None], top] = np.arange(1, slots)
    slot[:, 0] = 0
    # A row for each user and slot, a column for each interaction.
    place = (slots * np.arange(users)[:, None, None] + slot.take(at)) * interactions
    place += np.arange(interactions)[:, None]
    said = np.bincount(place.ravel(), spoken.ravel(), users * slots * interactions)
    signed: Floats = said.reshape(users, slots, interactions)[:, 1:] * _SIGN
    return signed


def _trends(said: Floats, late: Floats) -> Ints:
    """1 for rising, -1 for fading: its share of the newest interactions against all, [b, 8]."""
    carried = said > 0
    count = carried.sum(axis=2)
    # Shares times the sum of both, so that nothing is divided by 0.
    now = (carried @ late[:, :, None])[:, :, 0] * np.count_nonzero(late, axis=1)[:, None]
    whole = count * late.sum(axis=1)[:, None]
    # One interaction alone is no rise.
    trends: Ints = (now >= _TREND * whole) * (count > 1) - 1 * (_TREND * now <= whole)
    return trends


def _places(said: Floats) -> Ints:
    """What says most for each interest, the strongest first, [b, 8, 3]; `said` is used up.

    Interactions are counted back from the newest, which is -1; 0 is the search, 1 stands for
    nothing.
    """
    left = said.reshape(-1, said.shape[2])
    every = np.arange(len(left))
    found = np.empty((len(left), EVIDENCE), np.int64)
    values = np.empty(found.shape)
    for rank in range(EVIDENCE):
        place = found[:, rank] = left.argmax(axis=1)
        values[:, rank] = left[every, place]
        left[every, place] = 0
    places = np.where(values > 0, found - (said.shape[2] - 1), _NOWHERE)
    return places.reshape(*said.shape[:2], EVIDENCE)


def _as_sent(
    state: Interests,
    names: Sequence[str],
    disliked: Sequence[tuple[float, str]],
    liked: Sequence[int],
    weights: Sequence[float],
    trends: Sequence[int],
    places: Sequence[Sequence[int]],
) -> list[InterestUsed]:
    """The interests of one user, as they are sent."""
    items, kinds, times_ms = state.recent.items, state.recent.kinds, state.recent.times_ms
    interactions: dict[int, Evidence] = {}
    if state.queries:
        search = state.queries[-1]
        interactions[0] = Evidence(kind="query", query=search.text, time_ms=search.time_ms)
    sent = []
    named = zip(weights, [names[code] for code in liked], strict=True)
    for (weight, tag), trend, evidence_places in zip(
        chain(named, disliked), trends, places, strict=True
    ):
        if weight:
            evidence = []
            for place in evidence_places:
                if place < _NOWHERE:
                    if place not in interactions:
                        interactions[place] = Evidence(
                            kind=kinds[place], item_id=items[place], time_ms=times_ms[place]
                        )
                    evidence.append(interactions[place])
            sent.append(
                InterestUsed(tag=tag, weight=weight, trend=_TRENDS[trend], evidence=evidence)
            )
    return sent
