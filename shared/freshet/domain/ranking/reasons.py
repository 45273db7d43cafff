"""Why an item is in a list, for programs: what a text for people can be made of."""

from collections.abc import Collection, Mapping, Sequence

from freshet.contracts.recommendations import MAX_REASONS, Reason, SourceName

#: Cosine from which two items are alike enough to say so.
ALIKE = 0.35

_POPULAR: frozenset[SourceName] = frozenset(("popular_day", "popular_week"))


def reasons_for(
    *,
    sources: Collection[SourceName],
    tags: Sequence[str],
    wanted: Mapping[str, float],
    before: str | None,
    nearest: tuple[str, float] | None,
    content: float,
    query: str,
) -> list[Reason]:
    """At most three reasons, strongest kind first; never none.

    Args:
        sources: that brought the item.
        tags: of the item.
        wanted: the user's tag weights.
        before: the item from which others most often went on to this one; None for none.
        nearest: the item liked lately that is most alike, and the cosine.
        content: cosine with the user's interest now.
        query: the user's search, if the item answers it; else empty.
    """
    reasons: list[Reason] = []
    if query:
        reasons.append(Reason(kind="query", query=query, weight=1.0))
    if "again" in sources:
        reasons.append(Reason(kind="again"))
    shared = sorted([(wanted[tag], tag) for tag in wanted.keys() & tags], reverse=True)
    liked = [Reason(kind="tag", tag=t, weight=round(w, 4)) for w, t in shared[:2] if w > 0]
    if "together" in sources and before is not None:
        reasons.append(Reason(kind="because_of", item_id=before, weight=1.0))
        reasons += liked
    else:
        reasons += liked
        if nearest and nearest[1] >= ALIKE:
            reasons.append(Reason(kind="because_of", item_id=nearest[0], weight=nearest[1]))
    if "similar" in sources:
        reasons.append(Reason(kind="similar", weight=content))
    if "trending" in sources:
        reasons.append(Reason(kind="trending"))
    if not _POPULAR.isdisjoint(sources):
        reasons.append(Reason(kind="popular"))
    if "fresh" in sources:
        reasons.append(Reason(kind="fresh"))
    return reasons[:MAX_REASONS] or [Reason(kind="popular")]
