"""From the topics to examples on disk: one replay of what the topics hold."""

import time
from dataclasses import dataclass
from pathlib import Path

from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.learning.examples import Examples, ItemTable
from freshet.domain.learning.order import InOrder
from freshet.domain.learning.replay import Replay, ReplayOptions
from freshet.domain.ranking.inventory import Inventory
from freshet_trainer.config import TrainerConfig
from freshet_trainer.reading import Progress, Reading
from freshet_trainer.shards import Shards, load


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay gave.

    Attributes:
        examples: the newest lists, those still open for clicks among them.
        table: their items.
        passed_over: records that could not be read, and impressions that came too late.
    """

    examples: Examples
    table: ItemTable
    passed_over: int


def replay_topics(config: TrainerConfig, progress: Progress) -> Replayed:
    """Replay the topics into shards, going on behind what an earlier run finished.

    Raises:
        Stalled: the broker gives no records, though there are more.
        ExamplesRefused: there are no lists yet, or a shard is damaged.
    """
    folder = Path(config.work_dir) / "examples"
    since_ms = None
    if config.history_h:
        since_ms = time.time_ns() // 1_000_000 - int(config.history_h * 3_600_000)
    reading = Reading(config, since_ms=since_ms, progress=progress)
    space = config.embedding_version
    inventory, knowledge = Inventory(space), CatalogKnowledge(space)
    read_catalog(reading, inventory, knowledge)
    shards = Shards(folder, inventory, max_lists=config.max_lists)
    options = ReplayOptions(
        sampled_negatives=config.sampled_negatives,
        window_ms=int(config.label_window_s * 1000),
        max_users=config.max_users,
    )
    replay = Replay(inventory, knowledge, options, after=shards.position)
    with reading.logs() as logs:
        entries = InOrder(logs.iterators())
        for entry in entries:
            shards.add(replay.take(entry))
    shards.finish(replay.finish())
    examples, table = load(folder, config.max_lists)
    return Replayed(examples, table, reading.passed_over.total() + entries.late_impressions)


def read_catalog(reading: Reading, inventory: Inventory, knowledge: CatalogKnowledge) -> None:
    """Take all items as they are now."""
    for item_id, item in reading.catalog():
        knowledge.put(item_id, item)
        vector = inventory.readable(item) if item else None
        if item is None or vector is None:
            inventory.withdraw(item_id)
        else:
            inventory.put([item], vector[None])
