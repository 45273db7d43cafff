"""A user's state as if something had not happened: what an explanation is held against."""

from collections.abc import Sequence

import msgspec

from freshet.contracts.derived import Interests, Recent, RecentQuery
from freshet.contracts.recommendations import Evidence
from freshet.domain.interest.item_lookup import ItemLookup
from freshet.domain.interest.strength import QUERY_STRENGTH, STRENGTH
from freshet.domain.interest.tags import reinforce


def remembered(state: Interests) -> list[Evidence]:
    """All interactions, then all searches that a state remembers one by one, newest first."""
    recent = state.recent
    interactions = zip(recent.items, recent.kinds, recent.times_ms, strict=True)
    found = [
        Evidence(kind=kind, item_id=item_id, time_ms=time_ms)
        for item_id, kind, time_ms in interactions
    ]
    searches = [
        Evidence(kind="query", query=search.text, time_ms=search.time_ms)
        for search in state.queries
    ]
    return [*found[::-1], *searches[::-1]]


def without_interaction(state: Interests, interaction: Evidence, items: ItemLookup) -> Interests:
    """The state without one of the interactions that it remembers.

    The interaction is taken out of the memory, and what it said off the weights of its tags; of a
    tag that was cut since, and came back, that is too much.

    Args:
        state: of the user.
        interaction: one of `remembered`; what the state does not remember changes nothing.
        items: what is known of items now.
    """
    recent = state.recent
    interactions = list(zip(recent.items, recent.kinds, recent.times_ms, strict=True))
    rest = [
        one
        for one in interactions
        if one != (interaction.item_id, interaction.kind, interaction.time_ms)
    ]
    search = RecentQuery(interaction.query or "", interaction.time_ms)
    searches = [one for one in state.queries if interaction.kind != "query" or one != search]
    gone = len(interactions) - len(rest) + len(state.queries) - len(searches)
    if interaction.kind == "query":
        named, said = items.tags_in(search.text), QUERY_STRENGTH
    else:
        named, said = items.tags_of(interaction.item_id or ""), STRENGTH[interaction.kind]
    times_ms = [*(time_ms for _, _, time_ms in rest), *(one.time_ms for one in searches)]
    # How current a search is depends on the time of the newest interaction.
    newest_ms = min(state.caused_at.event_time_ms, max(times_ms, default=0))
    return msgspec.structs.replace(
        state,
        caused_at=msgspec.structs.replace(state.caused_at, event_time_ms=newest_ms),
        recent=Recent(
            items=[item_id for item_id, _, _ in rest],
            kinds=[kind for _, kind, _ in rest],
            times_ms=[time_ms for _, _, time_ms in rest],
        ),
        queries=searches,
        tags=_unsaid(state, named, gone * said, interaction.time_ms),
    )


def without_tag(state: Interests, tag: str) -> Interests:
    """The state as if nothing had ever been said for or against a tag."""
    tags = {name: weight for name, weight in state.tags.items() if name != tag}
    return msgspec.structs.replace(state, tags=tags)


def _unsaid(
    state: Interests, named: Sequence[str], strength: float, time_ms: int
) -> dict[str, int]:
    """The weights of the tags, less what was said for them."""
    if not strength:
        return state.tags
    # A tag that the state does not have holds the place of its rank, and is left out again.
    less = {name: state.tags.get(name, 0) for name in named}
    reinforce(less, state.tags_epoch_ms, named, -strength, time_ms)
    return {name: less.get(name, weight) for name, weight in state.tags.items()}
