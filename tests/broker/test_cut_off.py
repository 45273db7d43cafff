"""Workers are frozen and cut off from the broker: in the end every state is the fold of the log."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.registry import CATALOG, CLICKS, INTERESTS, TRENDS, Topic
from freshet.topics import broker as topics
from harness.cut_off import SESSION_S, workers
from harness.happened import ITEMS
from harness.kafka import send, uncommitted, until
from harness.proxy import proxied_broker
from harness.services import service
from harness.true_states import (
    SOURCES,
    Log,
    event,
    found,
    log_by_partition,
    send_events,
    true_interests,
)


@asynccontextmanager
async def producer(config: ServiceConfig) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(bootstrap_servers=config.brokers, acks="all") as one:
        yield one


async def write_old_states_again(config: ServiceConfig) -> None:
    """What a worker writes that is frozen after it has made sure that it is a member."""
    async with producer(config) as out:
        for topic in (INTERESTS, TRENDS):
            for partition, records in (await log_by_partition(config, topic)).items():
                oldest = {record.key: record.value for record in reversed(records)}
                for key, value in oldest.items():
                    await out.send(config.topic(topic.name), value, key, partition=partition)


async def test_neither_a_freeze_nor_a_stall_loses_anything(tmp_path: Path) -> None:
    with proxied_broker() as (broker, proxy):
        config = ServiceConfig(brokers=broker.bootstrap)
        await topics.apply(config, 1)
        await send(config, CATALOG, ITEMS)
        is_over = False
        with workers(config, tmp_path, proxy) as them:
            sending = asyncio.create_task(send_events(config, 300, lambda: is_over))
            try:
                await them.start()
                await asyncio.gather(them.freeze(0, SESSION_S + 2), write_old_states_again(config))
                await asyncio.gather(them.stall(16), write_old_states_again(config))
            finally:
                is_over = True
            await sending
            await them.done()
            mended = them.said("states had gone back")
        for one in await found(config):
            assert one.stale > 50, one
            assert (one.lost, one.wrong, one.wrong_last) == (0, [], []), one
        assert mended


def first_half(log: Log) -> dict[int, Any]:
    return {partition: records[: len(records) // 2] for partition, records in log.items()}


async def test_states_that_parted_are_made_whole_from_the_log(
    config: ServiceConfig, tmp_path: Path
) -> None:
    """Two workers read on from the same states, the one in clicks, the other in the rest."""
    await send(config, CATALOG, ITEMS)
    await send_some(config, range(4_000))
    logs = {topic.name: await log_by_partition(config, topic) for topic in SOURCES}
    ahead_in_clicks = {
        name: log if name == CLICKS.name else first_half(log) for name, log in logs.items()
    }
    ahead_in_the_rest = {
        name: first_half(log) if name == CLICKS.name else log for name, log in logs.items()
    }
    for parts in (ahead_in_clicks, ahead_in_the_rest):
        await write(config, INTERESTS, true_interests, parts)
    await commit_all(config, "interests", logs)
    with service("interests", config, tmp_path):
        # So that every partition is loaded.
        await send_some(config, range(4_000, 4_200))

        async def all_done() -> bool:
            return not sum([await uncommitted(config, "interests", topic) for topic in SOURCES])

        await until(all_done)
    interests, _ = await found(config)
    assert (interests.lost, interests.wrong, interests.wrong_last) == (0, [], []), interests


async def send_some(config: ServiceConfig, numbers: range) -> None:
    for topic in SOURCES:
        events = [event(n) for n in numbers]
        await send(config, topic, [message for its, message in events if its is topic])


async def write(
    config: ServiceConfig,
    topic: Topic,
    fold: Callable[[Mapping[str, Log]], Mapping[Any, Any]],
    logs: Mapping[str, Log],
) -> None:
    async with producer(config) as out:
        for (partition, key), state in fold(logs).items():
            await out.send(config.topic(topic.name), encode(state), key, partition=partition)


async def commit_all(config: ServiceConfig, group: str, logs: Mapping[str, Log]) -> None:
    """As if a group had processed the logs to their ends."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=config.brokers, group_id=config.topic(group), enable_auto_commit=False
    )
    await consumer.start()
    try:
        ends = {
            TopicPartition(config.topic(name), partition): records[-1].offset + 1
            for name, log in logs.items()
            for partition, records in log.items()
        }
        consumer.assign(list(ends))
        await consumer.commit(ends)
    finally:
        await consumer.stop()
