"""Interest tags: weights that decay without being touched.

Decay is forward (Cormode et al., 2009): an act at time t adds
strength * 2 ** ((t - epoch) / half-life) to its tags. All weights then shrink together as seen
from a later time, their order never changes by waiting, and an event touches its own tags alone.
Weights are whole thousandths of a click: their sum does not depend on the order of the acts.
"""

from collections.abc import Sequence

from freshet.contracts.derived import Interests

#: A tag not seen for a week of the user's own time means half as much.
TAG_HALF_LIFE_MS = 7 * 24 * 3_600_000

#: After so many half-lives the weights are brought to a new epoch, before they outgrow numbers.
_EPOCH_HALF_LIVES = 16

#: The strongest that are kept, and how many more may gather before the weak ones are cut: the
#: cut is amortised over the slack.
MAX_TAGS = 32
TAG_SLACK = 16

#: Later tags of an item say less about it.
_SHARE = tuple(1.0 / (1 + rank) ** 0.5 for rank in range(16))

_CLICK = 1000


def reinforce(
    tags: dict[str, int], epoch_ms: int, names: Sequence[str], strength: float, time_ms: int
) -> int:
    """Add an act's strength to the tags it speaks for, in place; the weakest are cut.

    Args:
        tags: the user's tags.
        epoch_ms: of their weights.
        names: what the act was about, strongest first; at most 16 count.
        strength: signed; a click is 1.
        time_ms: when the act happened.

    Returns:
        The epoch of the weights from now on.
    """
    if not tags:
        epoch_ms = time_ms
    half_lives = (time_ms - epoch_ms) / TAG_HALF_LIFE_MS
    if half_lives > _EPOCH_HALF_LIVES:
        fade = 2.0**-half_lives
        for name, weight in tags.items():
            tags[name] = int(weight * fade)
        epoch_ms, half_lives = time_ms, 0.0
    gain = _CLICK * strength * 2.0**half_lives
    get = tags.get
    for name, share in zip(names, _SHARE):  # noqa: B905 (strict costs time, and is not meant)
        tags[name] = get(name, 0) + int(gain * share)
    if len(tags) > MAX_TAGS + TAG_SLACK:
        _cut(tags)
    return epoch_ms


def _cut(tags: dict[str, int]) -> None:
    """Keep the strongest tags, in place; of equals those that came last."""
    weights = sorted(tags.values())
    if weights[0] < 0:
        weights = sorted(map(abs, weights))
    least = weights[-MAX_TAGS]
    surplus = len(tags) - MAX_TAGS
    for name in [name for name, weight in tags.items() if -least <= weight <= least][:surplus]:
        del tags[name]


def current_tags(state: Interests) -> dict[str, float]:
    """Weight of each tag as of the user's newest act: liked > 0, disliked < 0.

    Being away is no change of taste, so time stops with the user's last act.
    """
    times = state.recent.times_ms[-1:] + [query.time_ms for query in state.queries[-1:]]
    now_ms = max(times, default=state.tags_epoch_ms)
    scale = 1 / _CLICK * 2.0 ** ((state.tags_epoch_ms - now_ms) / TAG_HALF_LIFE_MS)
    return {name: weight * scale for name, weight in state.tags.items()}
