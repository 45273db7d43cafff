"""How this deployment's brokers are reached, for the clients of kafka-python."""

from typing import Any

from freshet.config import ServiceConfig


def security(config: ServiceConfig) -> dict[str, Any]:
    """The client options for who we are and how we speak."""
    if config.security_protocol == "PLAINTEXT":
        return {"security_protocol": "PLAINTEXT"}
    return {
        "security_protocol": config.security_protocol,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": config.sasl_username,
        "sasl_plain_password": config.sasl_password,
        "ssl_cafile": config.ssl_cafile or None,
    }
