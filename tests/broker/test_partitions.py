"""A deployment chooses how many partitions its topics have; everything works with its count."""

import asyncio
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CATALOG, CLICKS, INTERESTS, QUERIES
from freshet.streaming.following import read_partitions
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


async def test_topics_of_different_counts_are_refused(
    config: ServiceConfig, tmp_path: Path
) -> None:
    await replaced(config, QUERIES.name, 3)
    with service("interests", config, tmp_path, ready=False) as interests:
        assert interests.ended() == 1
        assert "partitions differ" in interests.log()
        assert f"{config.topic_prefix}queries" in interests.log()
