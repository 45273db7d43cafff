"""What a transaction a micro-batch would cost: from the send to a reader of committed records.

Run this file with [--count N] [--every MS]. Starts its own Kafka. Each way publishes one record a
micro-batch, as a quiet service does: confirmed by the broker, as Freshet does it; in a transaction
of aiokafka's, which cannot name its generation (KIP-447 is not in it: no fence by the group); in
one of librdkafka's, which can.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as ConfluentPartition

from freshet.config import ServiceConfig
from freshet.contracts.registry import CLICKS, INTERESTS
from freshet.topics import broker as topics
from freshet_kafka import local_broker

_VALUE = b"x" * 1_500
_GROUP = "interests"

Way = Callable[[int], Awaitable[object]]


@asynccontextmanager
async def confirmed(brokers: str) -> AsyncIterator[Way]:
    async with AIOKafkaProducer(
        bootstrap_servers=brokers, acks="all", enable_idempotence=True
    ) as producer:
        yield lambda n: producer.send_and_wait(INTERESTS.name, _VALUE, b"ada", partition=0)


@asynccontextmanager
async def aiokafka_transaction(brokers: str) -> AsyncIterator[Way]:
    async with AIOKafkaProducer(bootstrap_servers=brokers, transactional_id="a") as producer:

        async def publish(n: int) -> None:
            async with producer.transaction():
                await producer.send_and_wait(INTERESTS.name, _VALUE, b"ada", partition=0)
                await producer.send_offsets_to_transaction(
                    {TopicPartition(CLICKS.name, 0): n}, _GROUP
                )

        yield publish


@asynccontextmanager
async def librdkafka_transaction(brokers: str) -> AsyncIterator[Way]:
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": f"{_GROUP}-fenced"})
    consumer.subscribe([CLICKS.name])
    while not consumer.assignment():
        await asyncio.to_thread(consumer.poll, 0.1)
    producer = Producer({"bootstrap.servers": brokers, "transactional.id": "b", "linger.ms": 0})
    producer.init_transactions()

    def publish(n: int) -> None:
        producer.begin_transaction()
        producer.produce(INTERESTS.name, _VALUE, b"ada", partition=0)
        producer.send_offsets_to_transaction(
            [ConfluentPartition(CLICKS.name, 0, n)], consumer.consumer_group_metadata()
        )
        producer.commit_transaction()

    yield lambda n: asyncio.to_thread(publish, n)
    consumer.close()


async def measure(brokers: str, publish: Way, count: int, every_s: float) -> list[float]:
    """Milliseconds from each send to its record, one after the other."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=brokers, isolation_level="read_committed", auto_offset_reset="latest"
    )
    await consumer.start()
    took = []
    try:
        partition = TopicPartition(INTERESTS.name, 0)
        consumer.assign([partition])
        await consumer.seek_to_end(partition)
        for n in range(count):
            started = time.perf_counter()
            _, seen = await asyncio.gather(publish(n), consumer.getone())
            del seen
            took.append(1000 * (time.perf_counter() - started))
            await asyncio.sleep(every_s)
    finally:
        await consumer.stop()
    return took[count // 10 :]


async def compare(brokers: str, count: int, every_s: float) -> None:
    await topics.apply(ServiceConfig(brokers=brokers), 1)
    for way in (confirmed, aiokafka_transaction, librdkafka_transaction):
        async with way(brokers) as publish:
            took = await measure(brokers, publish, count, every_s)
        p50, p99 = np.percentile(took, [50, 99])
        print(f"{way.__name__}: p50 {p50:.1f} ms, p99 {p99:.1f} ms", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--every", type=float, default=10, help="milliseconds between two")
    arguments = parser.parse_args()
    with local_broker("kafka") as broker:
        asyncio.run(compare(broker.bootstrap, arguments.count, arguments.every / 1000))
