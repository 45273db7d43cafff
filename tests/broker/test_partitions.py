"""A deployment chooses how many partitions its topics have; everything works with its count."""

import asyncio
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Click
from freshet.contracts.registry import (
    CATALOG,
    CLICKS,
    HISTORIES,
    INTERESTS,
    ITEM_INTERACTIONS,
    QUERIES,
    TRENDS,
    Topic,
)
from freshet.kafka.topic_reader import read_partitions
from freshet.streaming.partitioner import Partitioner
from freshet.topics import broker as topics
from freshet_trainer.reading import Reading
from harness.commands import freshet
from harness.kafka import send, until
from harness.services import service

COUNT = 12
T0 = 1_700_000_000_000


async def replaced(config: ServiceConfig, topic: str, partitions: int | None) -> None:
    """Delete a topic, and make it again with so many partitions."""
    name = config.topic(topic)
    admin = AIOKafkaAdminClient(bootstrap_servers=config.brokers)
    await admin.start()
    try:
        await admin.delete_topics([name])

        async def is_gone() -> bool:
            return name not in await admin.list_topics()

        await until(is_gone)
        if partitions:
            await admin.create_topics([NewTopic(name, partitions, 1)])
    finally:
        await admin.close()


def test_the_count_is_chosen_once(empty: ServiceConfig) -> None:
    assert freshet(empty, "topics", "apply", "--partitions", str(COUNT))[0] == 0
    assert freshet(empty, "topics", "check")[0] == 0
    code, said = freshet(empty, "topics", "apply", "--partitions", "16")
    assert code == 1
    assert f"{empty.topic_prefix}clicks: partitions should be 16, is {COUNT}" in said


def test_a_topic_that_comes_later_has_the_count_of_the_others(empty: ServiceConfig) -> None:
    asyncio.run(topics.apply(empty, 1, COUNT))
    asyncio.run(replaced(empty, QUERIES.name, None))
    assert freshet(empty, "topics", "apply")[0] == 0
    assert asyncio.run(topics.differences(empty, 1, COUNT)) == []


async def test_services_and_training_read_all_partitions(
    empty: ServiceConfig, tmp_path: Path
) -> None:
    await topics.apply(empty, 1, COUNT)
    users = [f"user-{n}" for n in range(200)]
    clicks = [Click(event_id=user, event_time=T0, user_id=user, item_id="item-1") for user in users]
    await send(empty, CLICKS, clicks)
    states: dict[bytes, int] = {}

    async def all_are_known() -> bool:
        await read_partitions(
            empty,
            empty.topic(INTERESTS.name),
            range(COUNT),
            lambda _, partition, records: states.update(
                (record.key, partition) for record in records
            ),
        )
        return len(states) == len(users)

    with service("interests", empty, tmp_path):
        await until(all_are_known)
    assert set(states.values()) == set(range(COUNT))

    items = [
        CatalogItem(
            event_id=f"e{n}",
            event_time=T0,
            item_id=f"item-{n}",
            title="",
            tags=[],
            embedding=b"",
            embedding_version="none",
            content_hash="h",
            published_ms=T0,
        )
        for n in range(200)
    ]
    await send(empty, CATALOG, [(one.item_id.encode(), encode(one)) for one in items])
    read = await asyncio.to_thread(lambda: list(Reading(empty).catalog()))
    assert len(read) == len(items)


@pytest.mark.parametrize(
    ("name", "topic"), [("interests", QUERIES), ("interactions", HISTORIES), ("trends", TRENDS)]
)
async def test_topics_of_different_counts_are_refused(
    config: ServiceConfig, tmp_path: Path, name: str, topic: Topic
) -> None:
    await replaced(config, topic.name, 3)
    with service(name, config, tmp_path, ready=False) as worker:
        assert worker.ended() == 1
        assert "partitions differ" in worker.log()
        assert config.topic(topic.name) in worker.log()


async def test_a_topic_that_is_only_written_to_is_missed(
    config: ServiceConfig, tmp_path: Path
) -> None:
    await replaced(config, ITEM_INTERACTIONS.name, None)
    with service("interactions", config, tmp_path, ready=False) as worker:
        assert worker.ended() == 1
        assert f"no topic {config.topic(ITEM_INTERACTIONS.name)}" in worker.log()


async def test_items_lie_by_their_own_count_of_partitions(
    config: ServiceConfig, tmp_path: Path
) -> None:
    for topic in (ITEM_INTERACTIONS, TRENDS):
        await replaced(config, topic.name, 3)
    clicks = [
        Click(event_id=f"c{n}", event_time=T0, user_id=f"u{n}", item_id=f"item-{n}")
        for n in range(30)
    ]
    await send(config, CLICKS, clicks)
    with service("interactions", config, tmp_path), service("trends", config, tmp_path):
        found: dict[bytes, int] = {}

        async def all_are_counted() -> bool:
            await read_partitions(
                config,
                config.topic(TRENDS.name),
                range(3),
                lambda _, partition, records: found.update(
                    (record.key, partition) for record in records
                ),
            )
            return len(found) == len(clicks)

        await until(all_are_counted)
    partition_of = Partitioner(TRENDS)
    partition_of.learn(3)
    assert found == {click.item_id.encode(): partition_of(click.item_id) for click in clicks}
