"""How this deployment's brokers are reached: the same for every client in a service."""

import ssl
from typing import Any

from aiokafka import AIOKafkaConsumer

from freshet.config import ServiceConfig


def tls_context(config: ServiceConfig) -> ssl.SSLContext | None:
    """The TLS settings, where the brokers are spoken to over TLS."""
    if config.security_protocol == "PLAINTEXT":
        return None
    return ssl.create_default_context(cafile=config.ssl_cafile or None)


def reader(config: ServiceConfig, client_id: str, *topics: str) -> AIOKafkaConsumer:
    """A consumer outside of any group, that reads what it is told to, committed records only."""
    security: dict[str, Any] = {}
    if config.security_protocol == "SASL_SSL":
        security = {
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": config.sasl_username,
            "sasl_plain_password": config.sasl_password,
        }
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=config.brokers,
        client_id=client_id,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=4 * 1_048_576,
        security_protocol=config.security_protocol,
        ssl_context=tls_context(config),
        **security,
    )
