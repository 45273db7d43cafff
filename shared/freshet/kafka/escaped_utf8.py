"""Bytes that always are text, for Kafka clients that decode what strangers wrote strictly."""

from typing import Any, SupportsIndex


class EscapedUtf8(bytearray):
    """A buffer whose parts can be decoded: bytes that are no text are written out."""

    def __getitem__(self, at: SupportsIndex | slice) -> Any:
        found = super().__getitem__(at)
        return EscapedUtf8(found) if isinstance(found, bytearray) else found

    def decode(self, encoding: str = "utf-8", errors: str = "") -> str:
        """The text, with what is none in hexadecimal."""
        del errors
        return super().decode(encoding, "backslashreplace")
