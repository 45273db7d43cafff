"""A real Kafka over SASL_SSL, with the users and rights that Strimzi would make: they suffice."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import TopicAuthorizationFailedError
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)

from freshet.config import ServiceConfig
from freshet.contracts.inputs import Click, Item
from freshet.contracts.registry import CLICKS, ITEMS, MODELS, NARRATIVES
from freshet.kafka.client import security
from freshet.topics import broker as topics
from freshet_kafka import Broker, local_broker
from freshet_kafka.ports import free_ports
from harness.certificates import Authority
from harness.kafka import log_of, newest_of, send, until
from harness.kube.manifests import Manifest, manifests
from harness.services import service

USERS = manifests("staging", "KafkaUser")
PASSWORD = "a password of the tests"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def secured(authority: Authority) -> Iterator[tuple[Broker, str]]:
    """A Kafka that anybody on this machine administers, and where users find it."""
    plain, secure, controller = (f"127.0.0.1:{port}" for port in free_ports(3))
    key, certificate = authority.issue()
    listeners = f"PLAINTEXT://{plain},SASL_SSL://{secure}"
    properties = {
        "listeners": f"{listeners},CONTROLLER://{controller}",
        "advertised.listeners": listeners,
        "listener.security.protocol.map": (
            "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT"
        ),
        "controller.quorum.voters": f"1@{controller}",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "ssl.keystore.type": "PEM",
        # A properties file reads the escapes of JSON.
        "ssl.keystore.key": json.dumps(key)[1:-1],
        "ssl.keystore.certificate.chain": json.dumps(certificate)[1:-1],
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    with local_broker("kafka", port=int(plain.split(":")[1]), properties=properties) as broker:
        asyncio.run(topics.apply(ServiceConfig(brokers=broker.bootstrap), 1))
        make_users(broker.bootstrap)
        yield broker, secure


def make_users(brokers: str) -> None:
    """What Strimzi's user operator makes of its resources."""
    admin = KafkaAdminClient(bootstrap_servers=brokers)
    try:
        credentials = [
            UserScramCredentialUpsertion(user["metadata"]["name"], "SCRAM-SHA-512", PASSWORD, 4096)
            for user in USERS
        ]
        assert not any(admin.alter_user_scram_credentials(credentials).values())
        rules = [rule for user in USERS for rule in rules_of(user)]
        assert len(admin.create_acls(rules)["succeeded"]) == len(rules)
    finally:
        admin.close()


def rules_of(user: Manifest) -> Iterator[ACL]:
    for rule in user["spec"]["authorization"]["acls"]:
        kind, name = rule["resource"]["type"], rule["resource"]["name"]
        for operation in rule["operations"]:
            yield ACL(
                principal=f"User:{user['metadata']['name']}",
                host="*",
                operation=ACLOperation[operation.upper()],
                permission_type=ACLPermissionType.ALLOW,
                resource_pattern=ResourcePattern(ResourceType[kind.upper()], name),
            )


@pytest.fixture
def as_user(secured: tuple[Broker, str], authority: Authority, tmp_path: Path) -> dict[str, Any]:
    """The settings of sasl-ssl, but for the user's name."""
    (tmp_path / "ca.crt").write_text(authority.certificate)
    return {
        "brokers": secured[1],
        "security_protocol": "SASL_SSL",
        "sasl_password": PASSWORD,
        "ssl_cafile": str(tmp_path / "ca.crt"),
    }


async def test_every_service_does_its_work_with_the_rights_of_its_user(
    secured: tuple[Broker, str], as_user: dict[str, Any], tmp_path: Path
) -> None:
    config = ServiceConfig(brokers=secured[0].bootstrap)
    items = [
        Item(
            event_id=f"i{n}",
            event_time=1_700_000_000_000 + n,
            item_id=f"item-{n}",
            title=f"Tea {n}",
            tags=["tea"],
        )
        for n in range(20)
    ]
    await send(config, ITEMS, items)
    settings = {f"FRESHET_{name.upper()}": value for name, value in as_user.items()}
    with ExitStack() as stack:
        running = {
            user["metadata"]["name"]: stack.enter_context(
                service(
                    name := user["metadata"]["name"],
                    config,
                    tmp_path,
                    arguments=("run",) if name == "trainer" else (),
                    FRESHET_SASL_USERNAME=name,
                    FRESHET_WORK_DIR=str(tmp_path / "work"),
                    **settings,
                )
            )
            for user in USERS
        }

        async def a_click_is_told_of() -> bool:
            # Again and again: the first may come before the items are known.
            number = len(await log_of(config, CLICKS))
            again = Click(
                event_id=f"c{number}",
                event_time=1_700_000_000_000 + number,
                user_id="ada",
                item_id="item-1",
            )
            await send(config, CLICKS, [again])
            return b"ada" in await newest_of(config, NARRATIVES)

        await until(a_click_is_told_of, 120)
        trends = 'freshet_published_records_total{topic="item-trends"}'

        async def it_is_counted() -> bool:
            return running["trends"].metric(trends) > 0

        await until(it_is_counted, 120)

        async def the_log_is_read() -> bool:
            return "nothing to learn from yet" in running["trainer"].log()

        await until(the_log_is_read, 120)


async def test_a_user_may_do_nothing_else(as_user: dict[str, Any]) -> None:
    config = ServiceConfig(**as_user, sasl_username="catalog")
    async with AIOKafkaProducer(
        bootstrap_servers=config.brokers, enable_idempotence=True, **security(config)
    ) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(MODELS.name, b"{}")
