"""Why an item is in a list, for programs: what a text for people can be made of."""

from collections.abc import Mapping, Sequence

from freshet.contracts.recommendations import MAX_REASONS, Reason

#: Cosines from which two items, or an item and an interest, are alike enough to say so.
ALIKE = 0.35
SIMILAR = 0.3


def reasons_for(
    *,
    tags: Sequence[str],
    wanted: Mapping[str, float],
    nearest: tuple[str, float] | None,
    content: float,
    query: str,
    is_trending: bool,
    is_fresh: bool,
) -> list[Reason]:
    """At most three reasons, strongest kind first; never none.

    Args:
        tags: of the item.
        wanted: the user's tag weights.
        nearest: the item liked lately that is most alike, and the cosine.
        content: cosine with the user's interest now.
        query: the user's search, if the item answers it.
        is_trending: whether it is among the most clicked.
        is_fresh: whether it is among the newest.
    """
    reasons: list[Reason] = []
    if query:
        reasons.append(Reason(kind="query", query=query, weight=1.0))
    shared = sorted([(wanted[tag], tag) for tag in wanted.keys() & tags], reverse=True)
    reasons += [Reason(kind="tag", tag=t, weight=round(w, 4)) for w, t in shared[:2] if w > 0]
    if nearest and nearest[1] >= ALIKE:
        reasons.append(Reason(kind="because_of", item_id=nearest[0], weight=nearest[1]))
    if content >= SIMILAR:
        reasons.append(Reason(kind="similar", weight=content))
    if is_trending:
        reasons.append(Reason(kind="trending"))
    if is_fresh:
        reasons.append(Reason(kind="fresh"))
    return reasons[:MAX_REASONS] or [Reason(kind="similar", weight=content)]
