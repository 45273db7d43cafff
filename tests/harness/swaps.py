"""Models changed under load: a ranker that answers requests while its champion changes."""

import asyncio
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.inputs import Request
from freshet.contracts.models import ModelRecord
from freshet.contracts.registry import CATALOG, RECOMMENDATIONS, REQUESTS
from freshet.models.artifacts import store
from freshet.models.manifest import read_manifest, write_manifest
from freshet.models.registry import write_records
from freshet_ranker.config import PRIOR
from harness.kafka import send
from harness.patience import Patience
from harness.ranking import item
from harness.services import Running

ITEMS = 300


class Answer(msgspec.Struct):
    """What is looked at of a list."""

    recommendation_id: str
    model_version: str
    trigger: dict[str, str]
    items: list[dict[str, object]]


@dataclass
class Swapped:
    """What happened.

    Attributes:
        asked: requests sent.
        answers: lists for each request, by its id.
        models: lists by the model that they name.
        broken: lists that were empty.
        resident_bytes: of the ranker, after each swap.
        swap_seconds: from the record until a list of the new model.
    """

    asked: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    resident_bytes: list[int] = field(default_factory=list)
    swap_seconds: list[float] = field(default_factory=list)


async def catalogue(config: ServiceConfig, space: str) -> None:
    """Items, as the catalog service would have understood them."""
    entries = [item(n, embedding_version=space) for n in range(ITEMS)]
    await send(config, CATALOG, entries)


def versions(folder: Path) -> list[ModelRecord]:
    """Two versions of the prior in a store."""
    records = []
    for version in ("a", "b"):
        shutil.copytree(PRIOR, folder / version)
        manifest = msgspec.structs.replace(read_manifest(folder / version), version=version)
        write_manifest(folder / version, manifest)
        url, digest = store(folder / version, f"file://{folder}/store")
        records.append(
            ModelRecord(
                event_id=version,
                event_time=1_700_000_000_000,
                model=manifest.label,
                stage="champion",
                artifact=url,
                manifest_sha256=digest,
                architecture="prior",
            )
        )
    return records


async def swap_under_load(
    config: ServiceConfig, ranker: Running, folder: Path, *, swaps: int, rate: float
) -> Swapped:
    """Change the champion again and again while requests come at a steady rate."""
    records = versions(folder)
    seen = Swapped()
    decode = msgspec.json.Decoder(Answer).decode
    consumer = AIOKafkaConsumer(
        config.topic(RECOMMENDATIONS.name),
        bootstrap_servers=config.brokers,
        auto_offset_reset="earliest",
    )
    await consumer.start()

    async def listen() -> None:
        while True:
            for some in (await consumer.getmany(timeout_ms=100)).values():
                for record in some:
                    answer = decode(record.value)
                    seen.answers[answer.trigger["event_id"]] += 1
                    seen.models[answer.model_version] += 1
                    seen.broken += not answer.items

    async def ask() -> None:
        async with AIOKafkaProducer(bootstrap_servers=config.brokers, acks="all") as producer:
            while True:
                name = f"r{seen.asked}"
                request = Request(
                    event_id=name, event_time=1_700_000_000_000, user_id=f"u{seen.asked % 500}"
                )
                await producer.send(
                    config.topic(REQUESTS.name), encode(request), request.user_id.encode()
                )
                seen.asked += 1
                await asyncio.sleep(1 / rate)

    listening, asking = asyncio.create_task(listen()), asyncio.create_task(ask())
    for number in range(swaps):
        record = records[number % 2]
        before, started = seen.models[record.model], time.monotonic()
        event_id = f"{record.model}/{number}"
        await write_records(config, [msgspec.structs.replace(record, event_id=event_id)])
        patience = Patience(30)
        while seen.models[record.model] == before:
            assert not patience.is_over(), f"swap {number} did not come:\n{ranker.log()}"
            await asyncio.sleep(0.01)
        seen.swap_seconds.append(time.monotonic() - started)
        seen.resident_bytes.append(ranker.resident_bytes())
    asking.cancel()
    patience = Patience(30)
    while len(seen.answers) < seen.asked and not patience.is_over():
        await asyncio.sleep(0.05)
    listening.cancel()
    await consumer.stop()
    return seen


def expected(seen: Swapped) -> set[str]:
    """Ids of all requests."""
    return {f"r{number}" for number in range(seen.asked)}
