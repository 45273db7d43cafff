"""How this deployment's brokers are reached and read, for the clients of kafka-python."""

from typing import Any

from kafka.record import memory_records
from kafka.record.default_records import DefaultRecordBatch

from freshet.config import ServiceConfig
from freshet.kafka.escaped_utf8 import EscapedUtf8


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


def admit_any_header_name() -> None:
    """Let the consumers of this process read records whose headers have names that are no text.

    kafka-python would meet the first of them for ever, and nothing behind it: it has no setting
    for that, only the name that its reader of batches is called by.
    """
    memory_records.DefaultRecordBatch = _AnyHeaderName


class _AnyHeaderName(DefaultRecordBatch):
    _buffer: bytearray

    def _read_msg(self) -> Any:
        try:
            return super()._read_msg()
        except UnicodeDecodeError:
            # It stands where the record begins.
            self._buffer = EscapedUtf8(self._buffer)
            return super()._read_msg()
