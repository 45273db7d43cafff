"""Outputs are packed into whole record batches, in their order, however large one of them is."""

import asyncio
from collections import defaultdict
from typing import Any

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from freshet.contracts.registry import INTERESTS, RECOMMENDATIONS, Topic
from freshet.streaming.batch import Output
from freshet.streaming.publishing import publish

BATCH_BYTES = 1_000


class Producer:
    """Batches of the real client; what is sent is kept, and confirmed when the test says so."""

    def __init__(self) -> None:
        self.sent: dict[tuple[str, int], list[list[tuple[Any, ...]]]] = defaultdict(list)
        self.confirmations: list[asyncio.Future[None]] = []

    def create_batch(self) -> Any:
        return BatchBuilder(BATCH_BYTES, 0)

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> asyncio.Future[None]:
        batch.close()
        records = MemoryRecords(bytes(batch._build())).next_batch()
        self.sent[topic, partition].append(
            [(one.key, one.value, tuple(one.headers)) for one in records]
        )
        self.confirmations.append(asyncio.get_running_loop().create_future())
        return self.confirmations[-1]


def output(n: int, size: int = 10, topic: Topic = INTERESTS, partition: int = 0) -> Output:
    return Output(topic, b"%d" % n, b"x" * size, partition, (("n", b"%d" % n),))


async def published(*outputs: Output) -> Producer:
    producer = Producer()
    publishing = asyncio.create_task(publish(producer, outputs, "p.".__add__))
    while not publishing.done():
        for one in producer.confirmations:
            if not one.done():
                one.set_result(None)
        await asyncio.sleep(0)
    await publishing
    return producer


def keys(producer: Producer, topic: Topic = INTERESTS, partition: int = 0) -> list[list[bytes]]:
    return [[key for key, _, _ in batch] for batch in producer.sent[f"p.{topic.name}", partition]]


async def test_outputs_of_a_partition_are_one_batch_in_their_order() -> None:
    producer = await published(*(output(n) for n in range(5)))
    assert keys(producer) == [[b"0", b"1", b"2", b"3", b"4"]]
    ((record, *_),) = producer.sent["p.interests", 0]
    assert record == (b"0", b"x" * 10, (("n", b"0"),))


async def test_each_topic_and_partition_has_its_own() -> None:
    producer = await published(
        output(0), output(1, partition=1), output(2, topic=RECOMMENDATIONS), output(3)
    )
    assert keys(producer) == [[b"0", b"3"]]
    assert keys(producer, partition=1) == [[b"1"]]
    assert keys(producer, RECOMMENDATIONS) == [[b"2"]]


async def test_a_batch_that_is_full_goes_and_the_next_begins() -> None:
    producer = await published(*(output(n, 400) for n in range(5)))
    assert keys(producer) == [[b"0", b"1"], [b"2", b"3"], [b"4"]]


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_an_output_larger_than_a_batch_goes_alone_and_nothing_is_lost(place: int) -> None:
    outputs = [output(n, 5 * BATCH_BYTES if n == place else 10) for n in range(3)]
    producer = await published(*outputs)
    batches = keys(producer)
    assert [key for batch in batches for key in batch] == [b"0", b"1", b"2"]
    assert [b"%d" % place] in batches
    values = [value for batch in producer.sent["p.interests", 0] for _, value, _ in batch]
    assert [len(one) for one in values] == [len(one.value or b"") for one in outputs]


async def test_nothing_is_sent_of_nothing() -> None:
    assert not (await published()).sent


async def test_it_returns_only_once_everything_is_confirmed_and_fails_where_one_is_not() -> None:
    for partitions in ((0, 0), (0, 1)):
        producer = Producer()
        outputs = [output(n, 900, partition=one) for n, one in enumerate(partitions)]
        publishing = asyncio.create_task(publish(producer, outputs, "p.".__add__))
        while len(producer.confirmations) < 2 and not publishing.done():
            await asyncio.sleep(0)
        producer.confirmations[0].set_result(None)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not publishing.done()
        producer.confirmations[1].set_exception(OSError("the broker is gone"))
        with pytest.raises(OSError, match="the broker is gone"):
            await publishing
