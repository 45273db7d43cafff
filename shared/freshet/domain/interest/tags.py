"""Interest tags: weights that decay without being touched.

Decay is forward (Cormode et al., 2009): an interaction at time t adds
strength * 2 ** ((t - epoch) / half-life) to its tags. All weights then shrink together as seen
from a later time, their order never changes by waiting, and an event touches its own tags alone.
Weights are whole thousandths of a click: their sum does not depend on the order of the
interactions.
"""

from collections.abc import Sequence
from functools import lru_cache

from freshet.contracts.derived import MAX_WEIGHTS, Interests

#: A tag not seen for a week of the user's own time means half as much.
TAG_HALF_LIFE_MS = 7 * 24 * 3_600_000

#: Interactions are dated by the hour: 0.4 % of weight, and gains that can be remembered.
_HOUR_MS = 3_600_000
_HALF_LIFE_HOURS = TAG_HALF_LIFE_MS // _HOUR_MS

#: After so many hours the weights are brought to a new epoch, before they outgrow numbers.
_EPOCH_HOURS = 16 * _HALF_LIFE_HOURS

#: The strongest that are kept, and how many more may gather before the weak ones are cut: the
#: cut is amortised over the slack.
MAX_TAGS = 32
TAG_SLACK = MAX_WEIGHTS - MAX_TAGS

#: Later tags of an item say less about it.
_SHARE = tuple(1.0 / (1 + rank) ** 0.5 for rank in range(16))

_CLICK = 1000


def reinforce(
    tags: dict[str, int], epoch_ms: int, names: Sequence[str], strength: float, time_ms: int
) -> int:
    """Add an interaction's strength to the tags it speaks for, in place; the weakest are cut.

    Args:
        tags: the user's tags.
        epoch_ms: of their weights.
        names: what the interaction was about, strongest first; at most 16 count.
        strength: signed; a click is 1.
        time_ms: when the interaction happened.

    Returns:
        The epoch of the weights from now on.
    """
    if not tags:
        epoch_ms = time_ms
    hours = (time_ms - epoch_ms) // _HOUR_MS
    if hours > _EPOCH_HOURS:
        fade = 2.0 ** (-hours / _HALF_LIFE_HOURS)
        for name, weight in tags.items():
            tags[name] = int(weight * fade)
        epoch_ms += hours * _HOUR_MS
        hours = 0
    get = tags.get
    for name, gain in zip(names, _gains(strength, hours)):  # noqa: B905 (slow, and not meant)
        tags[name] = get(name, 0) + gain
    if len(tags) > MAX_WEIGHTS:
        _cut(tags)
    return epoch_ms


@lru_cache(maxsize=2048)
def _gains(strength: float, hours: int) -> tuple[int, ...]:
    """What an interaction adds to its tags, by their rank."""
    gain = _CLICK * strength * 2.0 ** (hours / _HALF_LIFE_HOURS)
    return tuple(int(gain * share) for share in _SHARE)


def _cut(tags: dict[str, int]) -> None:
    """Keep the strongest tags, in place; of equals those that came last."""
    weakest_first = sorted(tags, key=tags.__getitem__)
    if tags[weakest_first[0]] < 0:
        weakest_first = sorted(tags, key=lambda name: abs(tags[name]))
    for name in weakest_first[:-MAX_TAGS]:
        del tags[name]


def current_tags(state: Interests) -> dict[str, float]:
    """Weight of each tag as of the user's newest interaction: liked > 0, disliked < 0.

    Being away is no change of taste, so time stops with the user's last interaction.
    """
    times = state.recent.times_ms[-1:] + [query.time_ms for query in state.queries[-1:]]
    now_ms = max(times, default=state.tags_epoch_ms)
    scale = 1 / _CLICK * 2.0 ** ((state.tags_epoch_ms - now_ms) / TAG_HALF_LIFE_MS)
    return {name: weight * scale for name, weight in state.tags.items()}
