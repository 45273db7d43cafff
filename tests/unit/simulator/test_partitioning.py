"""A key's partition is the same by every client: a user's events must meet in one place."""

import importlib
import warnings
from collections.abc import Callable

import pytest
from aiokafka.partitioner import murmur2 as by_aiokafka
from hypothesis import given
from hypothesis import strategies as st


def _of_kafka_python() -> Callable[[bytes], int]:
    with warnings.catch_warnings():
        # Importing kafka-python reads its own data by a deprecated function.
        warnings.simplefilter("ignore", DeprecationWarning)
        found: Callable[[bytes], int] = importlib.import_module("kafka.partitioner.default").murmur2
        return found


by_kafka_python = _of_kafka_python()


@given(st.text(min_size=1, max_size=128))
def test_both_python_clients_hash_a_key_alike(key: str) -> None:
    data = key.encode("utf-8", "surrogatepass")
    assert by_kafka_python(data) & 0x7FFFFFFF == by_aiokafka(data) & 0x7FFFFFFF


@pytest.mark.parametrize(
    ("key", "java"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"abc", 479470107)],
)
def test_they_hash_as_the_java_client_does(key: bytes, java: int) -> None:
    assert by_kafka_python(key) == java % 2**32
