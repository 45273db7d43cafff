"""Fixtures of the tests on a real broker."""

import asyncio
import uuid
from collections.abc import Iterator

import hypothesis
import pytest

from freshet.config import ServiceConfig
from freshet.topics import broker as topics
from freshet_kafka import Broker, local_broker

# How long one example takes says more about what else runs on the machine than about the code.
hypothesis.settings.register_profile("freshet", deadline=None)
hypothesis.settings.load_profile("freshet")


@pytest.fixture(scope="session")
def kafka() -> Iterator[Broker]:
    """Apache Kafka. What is missing for it fails the test: nothing is skipped."""
    # The cleaner works at once, so that tests can wait for compaction.
    with local_broker("kafka", properties={"log.cleaner.backoff.ms": "200"}) as broker:
        yield broker


@pytest.fixture
def empty(kafka: Broker) -> ServiceConfig:
    """Settings with a prefix of the test's own; the topics are not there."""
    return ServiceConfig(brokers=kafka.bootstrap, topic_prefix=f"t{uuid.uuid4().hex[:10]}.")


@pytest.fixture
def config(empty: ServiceConfig) -> ServiceConfig:
    """Settings with a prefix of the test's own; all topics are there and empty."""
    asyncio.run(topics.apply(empty, 1))
    return empty
