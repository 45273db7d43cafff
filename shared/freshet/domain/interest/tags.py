"""Interest tags: weights that decay lazily, each as of its own time."""

from collections.abc import Sequence

from freshet.contracts.derived import Interests, TagInterest

#: A tag not seen for a week of the user's own time means half as much.
TAG_HALF_LIFE_MS = 7 * 24 * 3_600_000

#: The strongest that are kept, and how many more may gather before the weak ones are cut: the
#: cut is amortised over the slack.
MAX_TAGS = 32
TAG_SLACK = 8

#: Later tags of an item say less about it.
_SHARE = tuple(1.0 / (1 + rank) ** 0.5 for rank in range(16))


def reinforce(
    tags: dict[str, TagInterest], names: Sequence[str], strength: float, time_ms: int
) -> None:
    """Add an act's strength to the tags it speaks for, in place.

    The sum does not depend on the order of the acts (but for rounding): a late act is decayed
    to the tag's own time. Weights are rounded so that the state stays small on the wire.

    Args:
        tags: the user's tags.
        names: what the act was about, strongest first; at most 16 count.
        strength: signed; a click is 1.
        time_ms: when the act happened.
    """
    for name, share in zip(names, _SHARE, strict=False):
        known = tags.get(name)
        gain = strength * share
        if known is None:
            tags[name] = TagInterest(round(gain, 4), time_ms)
        elif time_ms >= known.time_ms:
            faded = known.weight * 2.0 ** ((known.time_ms - time_ms) / TAG_HALF_LIFE_MS)
            tags[name] = TagInterest(round(faded + gain, 4), time_ms)
        else:
            faded = gain * 2.0 ** ((time_ms - known.time_ms) / TAG_HALF_LIFE_MS)
            tags[name] = TagInterest(round(known.weight + faded, 4), known.time_ms)


def cut(tags: dict[str, TagInterest]) -> dict[str, TagInterest]:
    """The tags, without the weakest where too many have gathered."""
    if len(tags) <= MAX_TAGS + TAG_SLACK:
        return tags
    newest = max(tag.time_ms for tag in tags.values())

    def power(entry: tuple[str, TagInterest]) -> tuple[float, str]:
        name, tag = entry
        return abs(tag.weight) * 2.0 ** ((tag.time_ms - newest) / TAG_HALF_LIFE_MS), name

    return dict(sorted(tags.items(), key=power, reverse=True)[:MAX_TAGS])


def current_tags(state: Interests) -> dict[str, float]:
    """Weight of each tag as of the user's newest event: liked > 0, disliked < 0.

    Being away is no change of taste, so time stops with the user's last act.
    """
    now_ms = max((tag.time_ms for tag in state.tags.values()), default=0)
    return {
        name: tag.weight * 2.0 ** ((tag.time_ms - now_ms) / TAG_HALF_LIFE_MS)
        for name, tag in state.tags.items()
    }
