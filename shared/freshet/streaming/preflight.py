"""What a service needs to find on the broker before it starts."""

from aiokafka.errors import KafkaConnectionError

from freshet.config import ServiceConfig
from freshet.contracts.registry import DEAD_LETTERS
from freshet.streaming.kafka_client import reader
from freshet.streaming.service import Service


class PreflightFailed(Exception):
    """The broker or a topic that a service needs is not there; the text says what to do."""


async def check_topics(service: Service, config: ServiceConfig) -> None:
    """Look for the topics that a service reads, remembers by and refuses to.

    Without this the Kafka client would wait for them in silence.

    Raises:
        PreflightFailed: some are not there, or no broker answers.
    """
    needed = {*service.inputs, DEAD_LETTERS}
    needed |= {topic for view in service.views for topic in view.topics}
    if service.state is not None:
        needed.add(service.state.topic)
    consumer = reader(config, f"{service.name}-preflight")
    try:
        await consumer.start()
    except KafkaConnectionError as error:
        await consumer.stop()
        raise PreflightFailed(f"no broker answers; FRESHET_BROKERS is wrong? {error}") from error
    try:
        found = await consumer.topics()
    finally:
        await consumer.stop()
    missing = sorted({config.topic(topic.name) for topic in needed} - found)
    if missing:
        raise PreflightFailed(
            f"{config.brokers} has no topic {', '.join(missing)}: create the topics with"
            " `freshet topics apply`, or set FRESHET_TOPIC_PREFIX to the one they were made with"
        )
