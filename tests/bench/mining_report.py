"""What came of the mining benchmark, as text and as a figure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from freshet.domain.evaluation.bootstrap import difference_interval, mean_interval

Label = Literal["new", "old", "dropped", "other"]

_DRAWS = 2_000
_SEED = 1

#: Acts after which a figure ends.
_FARTHEST = 60


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was found of a person after a visit.

    Attributes:
        user_id: who.
        right: by contender, the share of five tags that are of a true favourite.
        covered: by contender, the share of the favourites that have a tag among the five.
        trends: of each mined liked interest: what its subject is to the person, and its trend.
        disliked: of each mined disliked one: whether it is of no favourite.
        reason: why the list was made as it was.
    """

    user_id: str
    right: Mapping[str, float]
    covered: Mapping[str, float]
    trends: Sequence[tuple[Label, str]]
    disliked: Sequence[bool]
    reason: str


@dataclass(frozen=True)
class Waited:
    """A new favourite, and how many acts it took to find it.

    Attributes:
        user_id: whose.
        acts: until it was dropped, or nobody looked any more.
        found: by contender, acts until one of its tags was among the five, if ever.
    """

    user_id: str
    acts: int
    found: Mapping[str, int]


def report(looked: Mapping[str, Sequence[Looked]], waited: Mapping[str, Sequence[Waited]]) -> None:
    """Print all figures, world by world and for all together."""
    everything = {**looked, "all": [one for some in looked.values() for one in some]}
    for world, some in everything.items():
        users = np.array([one.user_id for one in some])
        print(f"\n{world}: {len(some)} looks at {len(set(users))} people")
        for name in some[0].right:
            right, covered = (
                np.array([getattr(one, field)[name] for one in some])
                for field in ("right", "covered")
            )
            precision = mean_interval(right, users, _DRAWS, _SEED)
            both = mean_interval(covered, users, _DRAWS, _SEED)
            print(
                f"  {name:10} precision@5 {precision.mean:.3f} ({precision.low:.3f} to"
                f" {precision.high:.3f})  favourites named {both.mean:.3f} ({both.low:.3f} to"
                f" {both.high:.3f})"
            )
        mined, state = (np.array([one.right[name] for one in some]) for name in ("mined", "state"))
        gain = difference_interval(mined, state, users, _DRAWS, _SEED)
        print(f"  mined less state {gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})")
    everywhere = {**waited, "all": [one for some in waited.values() for one in some]}
    for world, waits in everywhere.items():
        print(f"\n{world}: {len(waits)} new favourites; acts until one is among the five")
        for name in ("mined", "state", "frequent", "by chance"):
            left = unfound(waits, name)
            print(
                f"  {name:10} half after {_until(left, 0.5)}, 90 % after {_until(left, 0.1)};"
                f" within 10 acts {1 - left[10]:.0%}, within 30 {1 - left[30]:.0%}"
            )
    _print_trends(everything["all"])


def _print_trends(looked: Sequence[Looked]) -> None:
    trends = Counter(pair for one in looked for pair in one.trends)
    print("\nmined interests by what they are      rising  steady  fading")
    for label in ("new", "old", "dropped", "other"):
        counts = [trends[label, trend] for trend in ("rising", "steady", "fading")]
        print(
            f"  {label:10} {sum(counts):>8}          "
            + "".join(f"{count / max(1, sum(counts)):>8.1%}" for count in counts)
        )
    disliked = [right for one in looked for right in one.disliked]
    print(f"disliked interests: {len(disliked)}, of no favourite {np.mean(disliked):.1%}")
    print("lists by strategy reason:", dict(Counter(one.reason for one in looked)))


def unfound(waits: Sequence[Waited], name: str) -> NDArray[np.float64]:
    """The share of new favourites not found after 0, 1, 2 ... acts (Kaplan and Meier, 1958).

    One that was dropped before it was found says only that it took longer than that.
    """
    acts = np.array([one.found.get(name, one.acts) for one in waits])
    found = np.array([name in one.found for one in waits])
    left = np.empty(_FARTHEST + 1)
    share = 1.0
    for after in range(_FARTHEST + 1):
        looking = int(np.count_nonzero(acts >= after))
        share *= 1 - np.count_nonzero(found & (acts == after)) / max(1, looking)
        left[after] = share
    return left


def _until(left: NDArray[np.float64], share: float) -> str:
    over = np.flatnonzero(left <= share)
    return f"{over[0]}" if len(over) else f"more than {_FARTHEST}"


_COLOURS = {"mined": "#0072b2", "state": "#d55e00", "frequent": "#777777"}


def figure(waited: Mapping[str, Sequence[Waited]], path: Path) -> None:
    """Draw how soon new favourites are found, world by world."""
    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "the same figure of the same numbers"
    from matplotlib import pyplot as plt

    drawn, all_axes = plt.subplots(
        1, len(waited), figsize=(10, 3.4), sharey=True, layout="constrained", facecolor="white"
    )
    for axes, (world, waits) in zip(all_axes, waited.items(), strict=True):
        for name, colour in _COLOURS.items():
            axes.step(
                np.arange(_FARTHEST + 1),
                1 - unfound(waits, name),
                where="post",
                color=colour,
                linewidth=2.0,
                label=name,
            )
        axes.set(title=world, xlabel="acts since the taste changed", xlim=(0, _FARTHEST))
        axes.set(ylim=(0, 1))
    all_axes[0].set(ylabel="new favourites among the five")
    drawn.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    drawn.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
