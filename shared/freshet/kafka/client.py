"""How this deployment's brokers are reached: the same for every client in a service."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from freshet.config import ServiceConfig
from freshet.contracts.registry import TOPICS
from freshet.kafka.bare_records import read_bare_records
from freshet.kafka.closing import close

#: What every topic takes: no producer packs more.
MAX_BATCH_BYTES = min(topic.max_message_bytes for topic in TOPICS)

#: A broker that has not answered after so long is asked again, on another connection.
_REQUEST_MS = 15_000

#: A broker's answer to one fetch, at most: what a slow network brings within `_REQUEST_MS`.
_FETCH_BYTES = 16 * 1_048_576

Client = TypeVar("Client", AIOKafkaConsumer, AIOKafkaProducer)


def tls_context(config: ServiceConfig) -> ssl.SSLContext | None:
    """The TLS settings, where the brokers are spoken to over TLS."""
    if config.security_protocol == "PLAINTEXT":
        return None
    return ssl.create_default_context(cafile=config.ssl_cafile or None)


def security(config: ServiceConfig) -> dict[str, Any]:
    """The client options for who we are and how we speak."""
    options: dict[str, Any] = {
        "security_protocol": config.security_protocol,
        "ssl_context": tls_context(config),
    }
    if config.security_protocol == "SASL_SSL":
        options["sasl_mechanism"] = "SCRAM-SHA-512"
        options["sasl_plain_username"] = config.sasl_username
        options["sasl_plain_password"] = config.sasl_password
    return options


def reader(config: ServiceConfig, client_id: str, *topics: str) -> AIOKafkaConsumer:
    """A consumer outside of any group: committed records, from the beginning on."""
    read_bare_records()
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=config.brokers,
        client_id=client_id,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=4 * 1_048_576,
        fetch_max_bytes=_FETCH_BYTES,
        request_timeout_ms=_REQUEST_MS,
        **security(config),
    )


def writer(config: ServiceConfig, client_id: str) -> AIOKafkaProducer:
    """A producer whose records are in every in-sync replica before they count as sent."""
    return AIOKafkaProducer(
        bootstrap_servers=config.brokers,
        client_id=client_id,
        acks="all",
        enable_idempotence=config.idempotent,
        compression_type=None if config.compression == "none" else config.compression,
        max_batch_size=262_144,
        max_request_size=MAX_BATCH_BYTES,
        linger_ms=5,
        **security(config),
    )


@asynccontextmanager
async def opened(client: Client) -> AsyncIterator[Client]:
    """A client, started, for the length of a block; however that ends, it is closed."""
    try:
        await client.start()
        yield client
    finally:
        await close(client.stop())
