"""The registry as resources of the Strimzi operator: topics, and a user a service with its rights.

A right to read or write a topic includes the right to describe it, so nothing else is granted. What
the company's own systems may do is theirs to say: "yours" gets no user here.
"""

import json
from collections.abc import Iterator

from freshet.contracts.registry import TOPICS, Topic
from freshet.topics.settings import topic_settings

API = "kafka.strimzi.io/v1"

#: Names in the registry that are no service of a deployment: a company's systems, the simulated
#: ones, and commands, which begin with "freshet".
_NO_SERVICE = ("yours", "simulator", "freshet")


def strimzi_yaml(cluster: str, replication: int, partitions: int) -> str:
    """All topics and users, as one stream of YAML documents.

    Args:
        cluster: the name of the Kafka resource that they belong to.
        replication: copies of each topic.
        partitions: of every topic of users and items.
    """
    head = "# Generated from the topic registry by `freshet topics strimzi`; do not edit.\n"
    documents = [
        *(_topic(topic, cluster, replication, partitions) for topic in TOPICS),
        *(_user(service, cluster) for service in services()),
    ]
    return head + "---\n".join(documents)


def services() -> list[str]:
    """Every service that the registry names."""
    named = {name for topic in TOPICS for name in (*topic.producers, *topic.consumers)}
    return sorted(name for name in named if not name.startswith(_NO_SERVICE))


def _head(kind: str, name: str, cluster: str) -> str:
    return (
        f"apiVersion: {API}\nkind: {kind}\nmetadata:\n  name: {name}\n"
        f"  labels:\n    strimzi.io/cluster: {cluster}\nspec:\n"
    )


def _topic(topic: Topic, cluster: str, replication: int, partitions: int) -> str:
    settings = topic_settings(topic, replication).items()
    return (
        _head("KafkaTopic", topic.name, cluster)
        + f"  partitions: {topic.partitions_of(partitions)}\n  replicas: {replication}\n"
        + "  config:\n"
        + "".join(f"    {key}: {json.dumps(value)}\n" for key, value in settings)
    )


def _user(service: str, cluster: str) -> str:
    return (
        _head("KafkaUser", service, cluster)
        + "  authentication:\n    type: scram-sha-512\n"
        + "  authorization:\n    type: simple\n    acls:\n"
        + "".join(_rule(*rule) for rule in _rights(service))
    )


def _rights(service: str) -> Iterator[tuple[str, str, list[str]]]:
    """Kind and name of each resource, and what the service may do with it."""
    yield "group", service, ["Read"]
    for topic in TOPICS:
        operations = ["Read"] * (service in topic.consumers)
        operations += ["Write"] * (service in topic.producers)
        if operations:
            yield "topic", topic.name, operations


def _rule(kind: str, name: str, operations: list[str]) -> str:
    return (
        f"      - resource:\n          type: {kind}\n          name: {name}\n"
        f"        operations: [{', '.join(operations)}]\n"
    )
