"""Two trainers with topics of their own: one finds nothing good, one waits for a disk for ever."""

import os
import time
from pathlib import Path

from freshet.config import ServiceConfig
from freshet.contracts.models import ModelRecord
from freshet.contracts.registry import CATALOG, TOPICS
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.topics import broker as topics
from harness.kafka import send
from harness.learning import visits, world
from harness.ranking import item
from harness.watched import Worker

HOUR_MS = 3_600_000

#: Looks often, trains soon, and takes no model for fast enough.
SETTINGS = {
    "FRESHET_CHECK_S": "0.5",
    "FRESHET_LABEL_WINDOW_S": "1",
    "FRESHET_MIN_LISTS": "50",
    "FRESHET_RETRAIN_AFTER_LISTS": "50",
    "FRESHET_CANARY_MAX_S": "1",
    "FRESHET_LATENCY_BUDGET_MS": "0.001",
    "FRESHET_ARCHITECTURE": "interest_product",
}


#: A model on trial that nobody has clicked for: its time is over when a trainer first sees it.
CANARY = ModelRecord(
    event_id="canary",
    event_time=1_700_000_000_000,
    model="fresh@1",
    stage="canary",
    artifact="",
    manifest_sha256="",
    architecture="attentive",
    share=0.5,
)


def trainer(config: ServiceConfig, folder: Path, name: str) -> Worker:
    """A trainer's process, not yet started."""
    settings = {**SETTINGS, "FRESHET_WORK_DIR": str(folder / name)}
    return Worker("trainer", own_topics(config, name), folder, settings, "run")


def own_topics(config: ServiceConfig, name: str) -> ServiceConfig:
    """Settings of a trainer with topics, and so models, of its own."""
    return ServiceConfig(brokers=config.brokers, topic_prefix=f"{config.topic_prefix}{name}.")


async def prepare(config: ServiceConfig, folder: Path) -> None:
    """Topics and lists for each; one has its memory on a disk that hangs."""
    for name in ("strict", "waiting"):
        await topics.apply(own_topics(config, name), 1)
        await shown(own_topics(config, name), 0)
    (folder / "waiting").mkdir()
    # Who opens a pipe waits until someone writes into it.
    os.mkfifo(folder / "waiting" / "memory.json")


async def shown(config: ServiceConfig, number: int) -> None:
    """What some people were shown in an hour of today, and what they clicked."""
    simulation = world(people=60, items=60)
    if not number:
        stock = [
            item(n, item_id=item_id, embedding_version=EMBEDDING_VERSION)
            for n, item_id in enumerate(simulation.items)
        ]
        await send(config, CATALOG, stock)
    start_ms = time.time_ns() // 1_000_000 - (5 - number) * HOUR_MS
    sent = list(visits(simulation, 100, start_ms, lambda _: ("prior@1", 0.0), f"hour-{number}"))
    for topic in TOPICS:
        await send(config, topic, [message for of, message in sent if of is topic])
