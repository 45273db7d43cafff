"""What came of the drift benchmark, as text and as a figure."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from freshet.domain.evaluation.bootstrap import difference_interval
from harness.drift_learner import Learner
from harness.drifting import HOUR_MS, START_MS, Arm, Settings

_DRAWS = 2_000
Rates = NDArray[np.float64]


def hourly(arm: Arm) -> Rates:
    """Clicks a list of Freshet's, by simulated hour."""
    hour, clicked = _ours(arm)
    sums, lists = np.bincount(hour, clicked), np.bincount(hour)
    rates: Rates = sums / np.maximum(lists, 1)
    return rates


def report(arms: Mapping[str, Arm], learner: Learner, settings: Settings, *, seed: int) -> None:
    """Print click rates by hour, the differences over the day, and the trainings."""
    rates = {name: hourly(arm) for name, arm in arms.items()}
    print("clicks a list\n hour " + " ".join(f"{name:>10}" for name in rates))
    for hour, row in enumerate(zip(*rates.values(), strict=True)):
        print(f"{hour + 1:5} " + " ".join(f"{rate:10.3f}" for rate in row))
    later = [one.time_ms for one in learner.trainings[1:]]
    since = {"the first training": settings.first_ms}
    if later:
        since["the first retraining"] = later[0]
    for name, start_ms in since.items():
        for other in ("frozen", "prior"):
            print(f"since {name}: {_difference(arms, 'retrained', other, start_ms, seed)}")
    print(
        f"since the first training: {_difference(arms, 'frozen', 'prior', settings.first_ms, seed)}"
    )
    print(f"{len(learner.trainings)} trainings, {learner.promoted} took over")


def _difference(arms: Mapping[str, Arm], a: str, b: str, start_ms: int, seed: int) -> str:
    """Both worlds have the same visits, so they pair one by one."""
    one, other = arms[a].seen, arms[b].seen
    assert one.users == other.users, "the worlds have the same visitors"
    both = np.array(one.ours) & np.array(other.ours) & (np.array(one.time_ms) >= start_ms)
    left, right = (np.array(each.clicked, float)[both] for each in (one, other))
    found = difference_interval(left, right, np.array(one.users)[both], _DRAWS, seed)
    base = right.mean()
    return (
        f"{a} {left.mean():.4f} less {b} {base:.4f} is {found.mean:+.4f}"
        f" ({found.low:+.4f} to {found.high:+.4f}) clicks a list, {found.mean / base:+.1%}"
        f" ({found.low / base:+.1%} to {found.high / base:+.1%}), {both.sum()} lists"
    )


def _ours(arm: Arm) -> tuple[NDArray[np.int64], Rates]:
    ours = np.array(arm.seen.ours)
    hour = (np.array(arm.seen.time_ms)[ours] - START_MS) // HOUR_MS
    return hour, np.array(arm.seen.clicked, float)[ours]


_COLOURS = {"retrained": "#0072b2", "frozen": "#d55e00", "prior": "#777777"}


def figure(arms: Mapping[str, Arm], learner: Learner, path: Path) -> None:
    """Draw the click rates, smoothed over three hours, and when a new model took over."""
    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "the same figure of the same numbers"
    from matplotlib import pyplot as plt

    drawn, axes = plt.subplots(figsize=(8, 4.2), layout="constrained", facecolor="white")
    for name, arm in arms.items():
        rates = hourly(arm)
        hours = np.arange(1, len(rates) + 1) - 0.5
        axes.plot(hours, rates, color=_COLOURS[name], alpha=0.25, linewidth=0.8)
        smooth = np.array([rates[max(0, n - 1) : n + 2].mean() for n in range(len(rates))])
        axes.plot(hours, smooth, color=_COLOURS[name], linewidth=2.0, label=name)
    for one in learner.trainings:
        place = (one.time_ms - START_MS) / HOUR_MS
        axes.axvline(place, color="#bbbbbb", linewidth=0.8, linestyle="-" if one.took_over else ":")
    axes.set(
        title="A day of drift: a model that is retrained, one that is not, and the prior",
        xlabel="simulated hour (vertical lines: trainings; dotted: refused by a gate)",
        ylabel="clicks a list of ten",
        xlim=(0, len(rates)),
        ylim=(0, None),
    )
    axes.legend(loc="lower left", frameon=False)
    drawn.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
