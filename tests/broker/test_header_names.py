"""Header names that are no text: whoever may write to a topic can put them there."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaProducer

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.derived import Interests
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS, DEAD_LETTERS, INTERESTS
from freshet_trainer.reading import Reading
from harness.kafka import log_of, newest_of, uncommitted, until
from harness.services import service

T0 = 1_700_000_000_000


class NoText(str):
    """A header name that a Kafka client sends as bytes which are not UTF-8."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return super().encode(encoding, errors) + b"\xff\xfe"


GOOD, BAD = "trace", NoText("trace")


def click(n: int) -> Click:
    return Click(event_id=f"c{n}", event_time=T0 + n, user_id="ada", item_id=f"i{n}")


def send_named(
    config: ServiceConfig, names: Iterable[str], first: int = 0, codec: str | None = None
) -> None:
    """Send a click for each header name, all in one batch."""
    producer = KafkaProducer(
        bootstrap_servers=config.brokers, acks="all", linger_ms=300, compression_type=codec
    )
    put_named(config, producer, names, first)
    producer.close()


def put_named(
    config: ServiceConfig, producer: KafkaProducer, names: Iterable[str], first: int
) -> None:
    for n, name in enumerate(names, first):
        producer.send(
            config.topic(CLICKS.name),
            encode(click(n)),
            b"ada",
            [(name, b"00"), ("correlation-id", b"me")],
        )


@pytest.mark.parametrize("codec", [None, "gzip", "zstd"])
async def test_a_header_name_that_is_no_text_costs_nothing(
    config: ServiceConfig, tmp_path: Path, codec: str | None
) -> None:
    send_named(config, [GOOD, BAD, BAD, GOOD], codec=codec)
    send_named(config, [BAD], first=4, codec=codec)
    send_named(config, [GOOD, BAD], first=5, codec=codec)
    with service("interests", config, tmp_path):
        await until(lambda: all_read(config))
    states = await newest_of(config, INTERESTS)
    state = msgspec.json.decode(states[b"ada"], type=Interests)
    assert state.recent.items == [f"i{n}" for n in range(7)]
    assert not await log_of(config, DEAD_LETTERS)


async def test_readers_outside_of_the_group_pass_it_as_well(config: ServiceConfig) -> None:
    send_named(config, [BAD, GOOD, BAD])
    send_named(config, [GOOD], first=3)
    records = await log_of(config, CLICKS)
    assert [record.value for record in records] == [encode(click(n)) for n in range(4)]
    assert all(("correlation-id", b"me") in record.headers for record in records)


async def test_a_transaction_that_was_rolled_back_never_happened_whatever_its_headers(
    config: ServiceConfig,
) -> None:
    producer = KafkaProducer(
        bootstrap_servers=config.brokers, transactional_id=config.topic("tx"), linger_ms=300
    )
    producer.init_transactions()
    for turn, commits in enumerate((False, True, False, True, False)):
        producer.begin_transaction()
        put_named(config, producer, [GOOD, BAD], 2 * turn)
        if commits:
            producer.commit_transaction()
        else:
            producer.abort_transaction()
    producer.close()
    records = await log_of(config, CLICKS)
    assert [record.value for record in records] == [encode(click(n)) for n in (2, 3, 6, 7)]


async def test_the_trainer_passes_it_as_well(config: ServiceConfig) -> None:
    send_named(config, [GOOD, BAD, GOOD], codec="gzip")
    send_named(config, [BAD], first=3)

    def read() -> tuple[list[str], dict[str, int]]:
        reading = Reading(config)
        with reading.logs() as logs:
            ids = [entry.event_id for one in logs.iterators() for entry in one]
        return ids, dict(reading.passed_over)

    assert await asyncio.to_thread(read) == ([f"c{n}" for n in range(4)], {})


async def all_read(config: ServiceConfig) -> bool:
    return await uncommitted(config, "interests", CLICKS) == 0
