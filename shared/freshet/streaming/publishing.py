"""Publishing: a batch a partition, and waiting until the broker has it all."""

import asyncio
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaProducer

from freshet.streaming.batch import Output


async def publish(
    producer: AIOKafkaProducer, outputs: Sequence[Output], name: Callable[[str], str]
) -> None:
    """Send the outputs and return once every in-sync replica has them.

    Outputs of one (topic, partition) keep their order. They are packed into whole record
    batches here: one hand-over to the producer a partition instead of one a record.

    Args:
        producer: started; acks=all and idempotent.
        outputs: in the order that they were made.
        name: a registry topic's name on the broker.

    Raises:
        KafkaError: the broker did not take something in time.
    """
    by_partition: dict[tuple[str, int], list[Output]] = {}
    for output in outputs:
        by_partition.setdefault((name(output.topic.name), output.partition), []).append(output)
    if len(by_partition) == 1:
        ((topic, partition), only) = by_partition.popitem()
        await _publish_partition(producer, topic, partition, only)
    elif by_partition:
        await asyncio.gather(
            *(
                _publish_partition(producer, topic, partition, some)
                for (topic, partition), some in by_partition.items()
            )
        )


async def _publish_partition(
    producer: AIOKafkaProducer, topic: str, partition: int, outputs: Sequence[Output]
) -> None:
    confirmations = []
    batch = producer.create_batch()
    for output in outputs:
        record = {
            "timestamp": None,
            "key": output.key,
            "value": output.value,
            "headers": list(output.headers),
        }
        if batch.append(**record) is None:
            confirmations.append(await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            # A batch of one may be of any size; `bounds` proves that it fits the topic.
            batch.append(**record)
    confirmations.append(await producer.send_batch(batch, topic, partition=partition))
    for confirmation in confirmations:
        await confirmation
