"""One frozen object of settings a service, read from the environment, checked before use."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

import msgspec

PREFIX = "FRESHET_"

#: Settings whose names end so are never printed.
_SECRETS = ("_password", "_key")

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]

C = TypeVar("C", bound="ServiceConfig")


class ConfigError(Exception):
    """A setting is missing or wrong; the text names it and the fix."""


class ServiceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings that every service has. Each is `FRESHET_` and its name in capitals.

    Attributes:
        brokers: bootstrap servers, "host:port,host:port".
        topic_prefix: put before every topic's and group's name, to share a cluster.
        http_port: for /metrics, /live and /ready; 0 takes a free one.
        http_host: the address that they answer on.
        log_level: of the service's own logger.
        compression: of what the service publishes.
        idempotent: whether the broker drops the copies that a retry makes; only small stand-ins
            of Kafka cannot. Without it a copy can reach a topic: ids make it harmless.
        max_in_flight_bytes: records read but not yet acknowledged, at most: bounds memory.
        session_timeout_s: after so long without a sign of life a worker's partitions go to others.
        linger_ms: how long the broker gathers records while they come one after the other; one that
            comes after a pause never waits. More is cheaper, 0 is for one service a machine.
        idle_wait_ms: how long a fetch stays at the broker while nothing comes. Kafka answers at the
            first record, whatever this is; small stand-ins of Kafka may answer late.
        otlp_endpoint: where traces go: a collector's http://host:port for OTLP; none by default.
        trace_ratio: of your systems' records that come without a trace, how many begin one.
        security_protocol: PLAINTEXT, or SASL_SSL with `sasl_username` and `sasl_password`.
        sasl_username, sasl_password: for SCRAM-SHA-512.
        ssl_cafile: certificate authorities, where the system's do not do.
    """

    brokers: str = "127.0.0.1:9092"
    topic_prefix: Annotated[str, msgspec.Meta(pattern=r"^[a-zA-Z0-9._-]{0,64}$")] = ""
    http_port: Port = 0
    http_host: str = "127.0.0.1"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = "snappy"
    idempotent: bool = True
    max_in_flight_bytes: Annotated[int, msgspec.Meta(ge=1_048_576)] = 64 * 1_048_576
    session_timeout_s: Annotated[int, msgspec.Meta(ge=6, le=300)] = 15
    linger_ms: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 15
    idle_wait_ms: Annotated[int, msgspec.Meta(ge=1, le=5_000)] = 500
    otlp_endpoint: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^\s@?#/]+)?$")] = ""
    trace_ratio: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0
    security_protocol: Literal["PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_username: str = ""
    sasl_password: str = ""
    ssl_cafile: str = ""

    def __post_init__(self) -> None:
        for server in self.brokers.split(","):
            host, _, port = server.strip().rpartition(":")
            if not host or not port.isdigit():
                raise ValueError(f"`brokers` is a list of host:port, {server!r} is none")
        if self.security_protocol == "SASL_SSL" and not (self.sasl_username and self.sasl_password):
            raise ValueError("SASL_SSL needs `sasl_username` and `sasl_password`")

    def topic(self, name: str) -> str:
        """The name on the broker of a topic of the registry."""
        return self.topic_prefix + name

    def describe(self) -> str:
        """The settings, one a line, without secrets."""
        return "\n".join(
            f"{PREFIX}{name.upper()}={'***' if name.endswith(_SECRETS) and value else value}"
            for name, value in msgspec.structs.asdict(self).items()
        )


def load(kind: type[C], environment: Mapping[str, str]) -> C:
    """The settings of a service from its environment; what is absent has its default.

    Raises:
        ConfigError: names the setting, what is wrong with it and what it takes.
    """
    fields = {field.encode_name for field in msgspec.structs.fields(kind)}
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() in fields
    }
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        text = str(error)
        for name in fields:
            text = text.replace(f"`$.{name}`", f"{PREFIX}{name.upper()}")
            text = text.replace(f"`{name}`", f"{PREFIX}{name.upper()}")
        raise ConfigError(f"{text} (see the settings of {kind.__name__})") from error
