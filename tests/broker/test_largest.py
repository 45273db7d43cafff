"""What the types allow, a real broker takes, and the topics say so."""

import dataclasses

import msgspec
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.registry import INTERESTS, TOPICS, Topic
from freshet.kafka.client import opened, writer
from freshet.streaming.batch import Output
from freshet.streaming.headers import CARRIED, MAX_HEADER_BYTES
from freshet.streaming.publishing import publish
from freshet.topics import broker
from harness.kafka import log_of
from harness.largest import largest_of

OUTPUTS = [topic for topic in TOPICS if not topic.is_input]


@pytest.mark.parametrize("topic", OUTPUTS, ids=lambda topic: topic.name)
async def test_the_largest_message_is_taken_and_read(config: ServiceConfig, topic: Topic) -> None:
    plain = ServiceConfig(
        brokers=config.brokers, topic_prefix=config.topic_prefix, compression="none"
    )
    message = largest_of(topic)
    key = str(getattr(message, topic.key or "event_id")).encode()
    headers = [(name, b"\xff" * MAX_HEADER_BYTES) for name in CARRIED]
    async with opened(writer(plain, "test")) as producer:
        outputs = [Output(topic, key, encode(message), 0, headers)] * 2
        await publish(producer, outputs, config.topic)
        await producer.send_and_wait(config.topic(topic.name), outputs[0].value, key, 0)
    for record in await log_of(config, topic):
        assert msgspec.json.decode(record.value, type=topic.value) == message


async def test_a_topic_that_takes_less_is_told_and_mended(config: ServiceConfig) -> None:
    name = config.topic(INTERESTS.name)
    admin = AIOKafkaAdminClient(bootstrap_servers=config.brokers)
    await admin.start()
    try:
        less = ConfigResource(ConfigResourceType.TOPIC, name, {"max.message.bytes": "1000"})
        await admin.alter_configs([less])
    finally:
        await admin.close()
    found = {one.what: one for one in await broker.differences(config, 1)}
    wanted = str(INTERESTS.max_message_bytes)
    assert dataclasses.astuple(found["max.message.bytes"]) == (
        *(name, "max.message.bytes", wanted),
        "1000",
    )
    await broker.apply(config, 1)
    assert await broker.differences(config, 1) == []
