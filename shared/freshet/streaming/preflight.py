"""What a service needs to find on the broker before it starts."""

import asyncio

from aiokafka.errors import KafkaError

from freshet.config import ServiceConfig
from freshet.contracts.registry import DEAD_LETTERS
from freshet.kafka.admin import admin_client
from freshet.streaming.service import Service

#: How long a broker may take to say which topics it has.
ANSWERS_S = 30.0


class PreflightFailed(Exception):
    """The broker or a topic that a service needs is not as it must be; the text says what to do."""


async def check_topics(service: Service, config: ServiceConfig) -> None:
    """Look for the topics that a service reads, remembers by, places keys on and refuses to.

    Without this the Kafka client would wait for them in silence. The service's partitioners learn
    how many partitions their topics have.

    Raises:
        PreflightFailed: some are not there, those whose partitions a worker owns together have
            not the same number of them, or no broker answers.
    """
    owned = {*service.inputs, *([service.state.topic] if service.state is not None else ())}
    followed = {topic for table in service.global_tables for topic in table.topics}
    placed = {partitioner.topic for partitioner in service.partitioners}
    needed = owned | followed | placed | {DEAD_LETTERS}
    found = await _partitions(f"{service.name}-preflight", config)
    missing = sorted({config.topic(topic.name) for topic in needed} - found.keys())
    if missing:
        raise PreflightFailed(
            f"{config.brokers} has no topic {', '.join(missing)}: create the topics with"
            " `freshet topics apply`, or set FRESHET_TOPIC_PREFIX to the one they were made with"
        )
    counts = {name: found[name] for name in sorted(config.topic(topic.name) for topic in owned)}
    if len(set(counts.values())) > 1:
        raise PreflightFailed(
            f"records of one key must meet in one worker, but partitions differ: {counts}; make"
            " topics under a new FRESHET_TOPIC_PREFIX and replay"
        )
    for partitioner in service.partitioners:
        partitioner.learn(found[config.topic(partitioner.topic.name)])


async def _partitions(client_id: str, config: ServiceConfig) -> dict[str, int]:
    """How many partitions each topic on the broker has."""
    try:
        async with asyncio.timeout(ANSWERS_S), admin_client(config, client_id) as admin:
            topics = await admin.describe_topics()
    except (KafkaError, TimeoutError) as error:
        raise PreflightFailed(f"no broker answers; FRESHET_BROKERS is wrong? {error!r}") from error
    return {topic["topic"]: len(topic["partitions"]) for topic in topics}
