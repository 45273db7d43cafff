"""Creating the topics, and telling how those on a broker differ from what they should be."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from freshet.config import ServiceConfig
from freshet.contracts.registry import PARTITIONS, TOPICS, Topic
from freshet.kafka.admin import admin_client
from freshet.topics.settings import topic_settings

#: Kafka's number for a setting that was given to the topic itself.
_SET_ON_THE_TOPIC = 1

_LEADERS_S = 30

_CLIENT_ID = "freshet-topics"


@dataclass(frozen=True)
class Difference:
    """One way in which a topic on the broker is not what the registry says.

    Attributes:
        topic: its name on the broker.
        what: missing, partitions, or the name of a setting.
        wanted, found: the values.
    """

    topic: str
    what: str
    wanted: str
    found: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.what} should be {self.wanted}, is {self.found}"


class TopicsFailed(Exception):
    """The broker refused to create or change a topic."""


async def differences(
    config: ServiceConfig, replication: int, partitions: int | None = None
) -> list[Difference]:
    """How the broker's topics differ from the registry's; for the arguments see `apply`.

    Args:
        config: where the topics are.
        replication: copies of each.
        partitions: of every topic of users and items.
    """
    async with admin_client(config, _CLIENT_ID) as admin:
        count = partitions or await _partitions_there(admin, config)
        return await _differences(admin, config, replication, count)


async def apply(
    config: ServiceConfig, replication: int, partitions: int | None = None
) -> list[Difference]:
    """Create what is missing and mend settings.

    Args:
        config: where the topics are.
        replication: copies of each.
        partitions: of every topic of users and items. By default as many as those have that are
            there already, and the registry's count where none is.

    Returns:
        What was found and mended. What cannot be mended (a count of partitions) stays: ask
        `differences` afterwards. Nothing is ever deleted.

    Raises:
        TopicsFailed: the broker refused.
    """
    async with admin_client(config, _CLIENT_ID) as admin:
        count = partitions or await _partitions_there(admin, config)
        found = await _differences(admin, config, replication, count)
        for topic in TOPICS:
            differing = [one for one in found if one.topic == config.topic(topic.name)]
            if any(one.what == "missing" for one in differing):
                await _create(admin, config, topic, replication, count)
            elif any(one.what != "partitions" for one in differing):
                await _alter(admin, config, topic, replication)
        await _led(admin, [config.topic(topic.name) for topic in TOPICS])
        return found


async def _led(admin: AIOKafkaAdminClient, names: Sequence[str]) -> None:
    """Wait until every partition has a leader: a new topic is not there at once."""
    async with asyncio.timeout(_LEADERS_S):
        for name in names:
            while not _is_led((await admin.describe_topics([name]))[0]):
                await asyncio.sleep(0.05)


def _is_led(topic: Mapping[str, Any]) -> bool:
    return not (topic["error_code"] or any(one["error_code"] for one in topic["partitions"]))


async def _create(
    admin: AIOKafkaAdminClient, config: ServiceConfig, topic: Topic, replication: int, count: int
) -> None:
    name = config.topic(topic.name)
    new = NewTopic(
        name,
        topic.partitions_of(count),
        replication,
        topic_configs=topic_settings(topic, replication),
    )
    _check((await admin.create_topics([new])).topic_errors, name)


async def _alter(
    admin: AIOKafkaAdminClient, config: ServiceConfig, topic: Topic, replication: int
) -> None:
    name = config.topic(topic.name)
    # Altering replaces all that was set on a topic, so what others have set goes along.
    kept = await _settings(admin, name, only_set_here=True)
    resource = ConfigResource(
        ConfigResourceType.TOPIC, name, configs={**kept, **topic_settings(topic, replication)}
    )
    for answer in await admin.alter_configs([resource]):
        _check([(name, *one[:2]) for one in answer.resources], name)


def _check(errors: Sequence[Sequence[object]], name: str) -> None:
    for _, code, *message in errors:
        if code:
            raise TopicsFailed(f"{name}: {for_code(code).__name__} {message[0] if message else ''}")


async def _partitions_there(admin: AIOKafkaAdminClient, config: ServiceConfig) -> int:
    """How many partitions the first topic of users or items has that is there."""
    existing = set(await admin.list_topics())
    for topic in TOPICS:
        name = config.topic(topic.name)
        if topic.partitions > 1 and name in existing:
            (described,) = await admin.describe_topics([name])
            return len(described["partitions"])
    return PARTITIONS


async def _differences(
    admin: AIOKafkaAdminClient, config: ServiceConfig, replication: int, count: int
) -> list[Difference]:
    existing = set(await admin.list_topics())
    found: list[Difference] = []
    for topic in TOPICS:
        name, wanted = config.topic(topic.name), topic.partitions_of(count)
        if name not in existing:
            found.append(Difference(name, "missing", f"{wanted} partitions", "absent"))
            continue
        (described,) = await admin.describe_topics([name])
        partitions = len(described["partitions"])
        if partitions != wanted:
            found.append(Difference(name, "partitions", str(wanted), str(partitions)))
        actual = await _settings(admin, name)
        found += [
            Difference(name, key, value, actual.get(key, "unknown"))
            for key, value in topic_settings(topic, replication).items()
            if actual.get(key) != value
        ]
    return found


async def _settings(
    admin: AIOKafkaAdminClient, name: str, *, only_set_here: bool = False
) -> dict[str, str]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    return {
        key: value
        for answer in answers
        for resource in answer.resources
        for key, value, _, source, *_ in resource[4]
        if source == _SET_ON_THE_TOPIC or not only_set_here
    }
