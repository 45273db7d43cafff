"""What a log can hold besides plain records: codecs, tombstones, transactions, holes, rubbish."""

import json
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.derived import DeadLetter, Interests
from freshet.contracts.inputs import Click, Item
from freshet.contracts.registry import CATALOG, CLICKS, DEAD_LETTERS, INTERESTS, ITEMS
from harness.kafka import log_of, newest_of, send, uncommitted, until
from harness.services import service


def click(n: int, user: str = "ada") -> Click:
    return Click(event_id=f"c{n}", event_time=1_700_000_000_000 + n, user_id=user, item_id=f"i{n}")


def item(n: int, title: str = "A film about the sea") -> Item:
    return Item(
        event_id=f"e{n}-{title}", event_time=1_700_000_000_000 + n, item_id=f"i{n}", title=title
    )


async def interests_of(config: ServiceConfig, user: str) -> Interests:
    return msgspec.json.decode((await newest_of(config, INTERESTS))[user.encode()], type=Interests)


async def test_every_codec_is_read(config: ServiceConfig, tmp_path: Path) -> None:
    for n, codec in enumerate(("gzip", "snappy", "lz4", "zstd", None)):
        await send(config, CLICKS, [click(n)], compression_type=codec)
    with service("interests", config, tmp_path):
        await until(lambda: _committed(config))
    assert (await interests_of(config, "ada")).recent.items == [
        "i0", "i1", "i2", "i3", "i4",
    ]  # fmt: skip


async def test_only_committed_transactions_count_and_their_markers_are_passed(
    config: ServiceConfig, tmp_path: Path
) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=config.brokers, transactional_id=config.topic("tx")
    ) as producer:
        for n, commits in enumerate((True, False, True, False)):
            await producer.begin_transaction()
            await producer.send_and_wait(config.topic("clicks"), encode(click(n)), b"ada")
            await (producer.commit_transaction() if commits else producer.abort_transaction())
    with service("interests", config, tmp_path):

        async def two_are_folded() -> bool:
            states = await newest_of(config, INTERESTS)
            return b"ada" in states and (await interests_of(config, "ada")).counters.clicks == 2

        await until(two_are_folded)
    # The log ends in the marker of a transaction that was rolled back: a new worker must see
    # that it has caught up, and fold what comes after.
    await send(config, CLICKS, [click(9)])
    with service("interests", config, tmp_path):
        await until(lambda: _committed(config))
    state = await interests_of(config, "ada")
    assert state.recent.items == ["i0", "i2", "i9"]


async def test_a_withdrawn_item_is_withdrawn_from_the_catalog(
    config: ServiceConfig, tmp_path: Path
) -> None:
    await send(config, ITEMS, [item(1), item(2), (b"i1", None)])
    with service("catalog", config, tmp_path):
        await until(lambda: _committed(config, "catalog", ITEMS))
    assert set(await newest_of(config, CATALOG)) == {b"i2"}


@pytest.mark.parametrize("service_name", ["catalog"])
async def test_holes_that_compaction_left_stop_nobody(
    config: ServiceConfig, tmp_path: Path, service_name: str
) -> None:
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

    admin = AIOKafkaAdminClient(bootstrap_servers=config.brokers)
    await admin.start()
    settings = {
        "cleanup.policy": "compact",
        "segment.ms": "200",
        "min.cleanable.dirty.ratio": "0.01",
        "max.compaction.lag.ms": "400",
    }
    topic = config.topic(ITEMS.name)
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=settings)])
    await admin.close()
    sent = 0

    async def has_holes() -> bool:
        nonlocal sent
        await send(config, ITEMS, [item(n, f"Title {sent}") for n in range(40)])
        sent += 40
        return len(await log_of(config, ITEMS)) < sent

    await until(has_holes)
    with service(service_name, config, tmp_path):
        await until(lambda: _committed(config, "catalog", ITEMS))
    catalog = await newest_of(config, CATALOG)
    assert {json.loads(value)["title"] for value in catalog.values()} == {f"Title {sent - 40}"}
    assert len(catalog) == 40


async def test_rubbish_goes_to_the_dead_letters_and_the_rest_goes_on(
    config: ServiceConfig, tmp_path: Path
) -> None:
    good = encode(click(1))
    future = good.replace(b'"1.0"', b'"2.0"')
    rubbish: list[tuple[bytes | None, bytes | None]] = [
        (b"ada", b"\xff\xfe not json"),
        (b"ada", b"[" * 100_000),
        (b"ada", b'{"event_id": "x"}'),
        (b"ada", future),
        (b"eve", good),
        (None, good),
        (b"ada", None),
    ]
    await send(config, CLICKS, [click(0), *rubbish, click(2)])
    with service("interests", config, tmp_path) as worker:
        await until(lambda: _committed(config))
        refused = 'freshet_dead_letters_total{reason="key_mismatch",topic="clicks"}'
        assert worker.metric(refused) == 2
    letters = [
        msgspec.json.decode(record.value, type=DeadLetter)
        for record in await log_of(config, DEAD_LETTERS)
    ]
    assert sorted(letter.reason for letter in letters) == [
        "key_mismatch", "key_mismatch", "missing_value", "not_json", "schema", "schema",
        "schema_version",
    ]  # fmt: skip
    by_value = {letter.value for letter in letters}
    assert by_value == {value for _, value in rubbish}
    assert (await interests_of(config, "ada")).recent.items == ["i0", "i2"]


async def _committed(
    config: ServiceConfig, group: str = "interests", topic: object = CLICKS
) -> bool:
    assert topic in (CLICKS, ITEMS)
    return await uncommitted(config, group, CLICKS if topic is CLICKS else ITEMS) == 0
