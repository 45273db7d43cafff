"""What a load needs, on paper: workers, partitions, brokers, memory, cost, by measured figures.

Run: `PYTHONPATH=tests python tests/bench/load_model.py [--events 1e6] [--users 1e8] [--items 2e4]`.
Every figure below names the program that measured it, on one virtual machine of two shared cores:
measure your own, and change them here. Prices are examples.
"""

import argparse
import math
from dataclasses import dataclass, field, replace

KB, MB, GB, TB, GIB = 1e3, 1e6, 1e9, 1e12, 2**30
DAY_S, MONTH_H = 86_400, 730


@dataclass(frozen=True)
class Measured:
    """Figures of this repository's programs. Rates are for one core."""

    # capacity.py: by events of a user in a set; states full.
    folds_per_s: dict[int, float] = field(default_factory=lambda: {1: 19_500, 4: 60_900})
    # capacity.py: five clicks and an impression of ten items of each user.
    interactions_per_s: float = 20_000
    # capacity.py: what those tell of items, each of another item than the one before.
    told_per_s: float = 80_000
    # capacity.py, by items in the catalog.
    lists_per_s: dict[float, float] = field(
        default_factory=lambda: {2e3: 2_480, 2e4: 1_235, 1e5: 454}
    )
    # capacity.py: states of users who were only shown something.
    quiet_states_per_s: float = 17_300
    trends_per_s: float = 60_000
    # capacity.py: processor seconds a byte before compression, of one broker without replicas.
    broker_in_s: float = 3.3e-3 / MB
    broker_out_s: float = 0.3e-3 / MB
    snappy: float = 0.29
    # capacity.py: mean bytes of the simulator's records; of users known well.
    act_bytes: float = 230
    impression_bytes: float = 300
    told_bytes: float = 65
    history_bytes: float = 600
    trend_bytes: float = 2_300
    state_bytes: float = 3_240
    list_bytes: float = 4_330
    # footprint.py: resident bytes of a worker.
    interests_base: float = 90 * MB
    interests_item: float = 1.8 * KB
    ranker_base: float = 200 * MB
    ranker_item: float = 2.8 * KB
    # footprint.py: of a user in memory, beside the bytes of the state.
    interests_user: float = 150
    ranker_user: float = 660
    # footprint.py: users whose states a worker reads back in a second.
    rebuilt_per_s: float = 40_000


@dataclass(frozen=True)
class Load:
    """What is asked, and what is assumed of it.

    Attributes:
        events_per_s: acts and impressions together.
        acts: share of them that are clicks, searches and feedback; each leads to a list.
        shown: items of an impression.
        told: what an act says of items: that it was clicked, and what of the last eight it follows.
        gathered: events of a user in a set: one in a day's traffic, more in a burst.
        utilisation: share of a core that is planned for.
        worker_bytes: memory of a worker, at most: what it holds it reads back after a rebalance.
        replicas: copies of each topic.
        broker_cores, broker_bytes_s: of one broker, the network's both ways together.
    """

    events_per_s: float = 1e6
    users: float = 1e8
    items: float = 2e4
    acts: float = 0.2
    shown: int = 10
    told: float = 6
    gathered: int = 1
    utilisation: float = 0.6
    worker_bytes: float = 8 * GIB
    replicas: int = 3
    broker_cores: int = 8
    broker_bytes_s: float = 2 * 10e9 / 8 * 0.6
    events_kept_days: float = 7
    lists_kept_days: float = 1


@dataclass(frozen=True)
class Prices:
    """Examples, in dollars; put yours."""

    core_h: float = 0.04
    gib_h: float = 0.005
    disk_gb_month: float = 0.08
    crossing_gb: float = 0.01
    broker_gib: float = 32


@dataclass(frozen=True)
class Needed:
    """What the load needs; rates in bytes/s are after compression."""

    interests: int
    interactions: int
    trends: int
    ranker: int
    partitions: int
    brokers: int
    memory_bytes: float
    written_bytes_s: float
    read_bytes_s: float
    disk_bytes: float
    rebuild_s: float
    dollars: dict[str, float]

    @property
    def dollars_month(self) -> float:
        return sum(self.dollars.values())


def needed(load: Load, prices: Prices, figures: Measured) -> Needed:
    """The model."""
    acts = load.events_per_s * load.acts
    impressions = load.events_per_s - acts
    changes, lists_made = load.events_per_s / load.gathered, acts / load.gathered
    told = acts * load.told + impressions * load.shown
    planned = load.utilisation
    folded = load.users * (figures.state_bytes + figures.interests_user)
    ranked = load.users * (figures.state_bytes + figures.ranker_user)
    interests = _workers(
        load.events_per_s / figures.folds_per_s[load.gathered] / planned,
        folded,
        load.worker_bytes - figures.interests_base - load.items * figures.interests_item,
    )
    interactions = _workers(
        load.events_per_s / figures.interactions_per_s / planned,
        load.users * (figures.history_bytes + figures.interests_user),
        load.worker_bytes - figures.interests_base,
    )
    trends = math.ceil(told / figures.told_per_s / planned)
    lists_per_s = _between(figures.lists_per_s, load.items)
    ranking = lists_made / lists_per_s + (changes - lists_made) / figures.quiet_states_per_s
    # At most two records an item and second, by how long trends linger.
    trends_read = min(told, 2 * load.items)
    ranker = _workers(
        ranking / (planned - trends_read / figures.trends_per_s),
        ranked,
        load.worker_bytes - figures.ranker_base - load.items * figures.ranker_item,
    )
    partitions = 8 * math.ceil(max(interests, interactions, trends, ranker) / 8)

    events = acts * figures.act_bytes + impressions * figures.impression_bytes
    states = changes * figures.state_bytes
    lists = lists_made * figures.list_bytes
    counting = told * figures.told_bytes
    counts = trends_read * figures.trend_bytes
    histories = changes * figures.history_bytes
    written = events + states + lists + counting + counts + histories
    # Events: interests, interactions, trainer. States: the ranker. Lists: your systems, the
    # trainer. Counts: each ranker.
    read = 3 * events + states + 2 * lists + counting + ranker * counts
    copies = load.replicas - 1
    stored, sent = written * load.replicas, read + written * copies
    cores = (stored * figures.broker_in_s + sent * figures.broker_out_s) / planned
    wire = (stored + sent) * figures.snappy
    brokers = max(
        load.replicas,
        math.ceil(cores / load.broker_cores),
        math.ceil(wire / load.broker_bytes_s),
    )
    # Compaction lets a log grow to twice what it keeps.
    kept = (
        (events + counting) * load.events_kept_days * DAY_S
        + lists * load.lists_kept_days * DAY_S
        + 2 * load.users * (figures.state_bytes + figures.history_bytes)
        + 2 * load.items * figures.trend_bytes
    )
    disk = kept * figures.snappy * load.replicas
    memory = (
        interests * (figures.interests_base + load.items * figures.interests_item)
        + ranker * (figures.ranker_base + load.items * figures.ranker_item)
        + folded
        + ranked
        + interactions * figures.interests_base
        + load.users * (figures.history_bytes + figures.interests_user)
    )
    # Of three zones, two thirds of what is read lie in another; every copy does.
    crossing = (written * copies + read * 2 / 3) * figures.snappy
    cores_in_all = interests + interactions + trends + ranker + brokers * load.broker_cores
    dollars = {
        "cores": cores_in_all * prices.core_h * MONTH_H,
        "memory": (memory / GIB + brokers * prices.broker_gib) * prices.gib_h * MONTH_H,
        "disk": disk / GB * prices.disk_gb_month,
        "between zones": crossing / GB * 3_600 * MONTH_H * prices.crossing_gb,
    }
    return Needed(
        interests=interests,
        interactions=interactions,
        trends=trends,
        ranker=ranker,
        partitions=partitions,
        brokers=brokers,
        memory_bytes=memory,
        written_bytes_s=written * figures.snappy,
        read_bytes_s=read * figures.snappy,
        disk_bytes=disk,
        rebuild_s=load.users / min(interests, ranker) / figures.rebuilt_per_s,
        dollars=dollars,
    )


def _workers(cores: float, held_bytes: float, room_bytes: float) -> int:
    """Enough for the work, and for what they hold together."""
    return math.ceil(max(cores, held_bytes / room_bytes))


def _between(rates: dict[float, float], items: float) -> float:
    """The rate at some number of items: a list costs a part of its own and a part an item."""
    (few, fast), *_, (many, slow) = sorted(rates.items())
    an_item = (1 / slow - 1 / fast) / (many - few)
    return 1 / (1 / fast + (items - few) * an_item)


def count(number: float) -> str:
    """A number for people: 12k, 3.4M."""
    for unit, name in ((TB, "T"), (GB, "G"), (MB, "M"), (KB, "k")):
        if number >= unit:
            return f"{number / unit:.3g}{name}"
    return f"{number:.3g}"


def row(name: str, one: Needed) -> str:
    return (
        f"{name:28} {one.interests:>6} {one.interactions:>6} {one.trends:>6} {one.ranker:>6}"
        f" {one.partitions:>6} {one.brokers:>5} {count(one.memory_bytes):>6}B"
        f" {count(one.written_bytes_s):>6}B/s {count(one.read_bytes_s):>6}B/s"
        f" {count(one.disk_bytes):>6}B {one.rebuild_s:>5.0f} s {count(one.dollars_month):>6}"
    )


HEAD = (
    f"{'':28} {'inter.':>6} {'items':>6} {'trends':>6} {'ranker':>6} {'part.':>6}"
    f" {'brok.':>5} {'memory':>7} {'written':>9} {'read':>9} {'disk':>7} {'rebuilt':>7}"
    f" {'$/mon.':>6}"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=float, default=Load.events_per_s)
    parser.add_argument("--users", type=float, default=Load.users)
    parser.add_argument("--items", type=float, default=Load.items)
    arguments = parser.parse_args()
    figures, prices = Measured(), Prices()
    load = Load(events_per_s=arguments.events, users=arguments.users, items=arguments.items)
    for assumed in (figures, load, prices):
        values = ", ".join(
            f"{name} {value if isinstance(value, dict) else f'{value:g}'}"
            for name, value in vars(assumed).items()
        )
        print(f"{type(assumed).__name__}: {values}")
    print(HEAD)
    here = needed(load, prices, figures)
    print(row("as asked", here))
    print("  $/month: " + ", ".join(f"{name} {count(cost)}" for name, cost in here.dollars.items()))
    cell = replace(load, events_per_s=1e4, users=load.users * 1e4 / load.events_per_s)
    print(row("a cell of 10k/s", needed(cell, prices, figures)))
    print("what if")
    for name, changed, measured in (
        ("ten times the users", replace(load, users=10 * load.users), figures),
        ("half as many acts", replace(load, acts=load.acts / 2), figures),
        ("twice as many acts", replace(load, acts=load.acts * 2), figures),
        ("100,000 items", replace(load, items=1e5), figures),
        ("four events a user and set", replace(load, gathered=4), figures),
        ("states of 1 kB", load, replace(figures, state_bytes=1_000)),
        ("two copies", replace(load, replicas=2), figures),
        ("events kept for one day", replace(load, events_kept_days=1), figures),
    ):
        print(row(name, needed(changed, prices, measured)))
    print("by users and events/s")
    for users in (1e6, 1e7, 1e8):
        for events in (1e4, 1e5, 1e6):
            asked = replace(load, users=users, events_per_s=events)
            print(row(f"{count(users)} users, {count(events)}/s", needed(asked, prices, figures)))


if __name__ == "__main__":
    main()
