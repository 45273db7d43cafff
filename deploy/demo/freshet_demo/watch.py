"""Reads the topics for the view."""

import asyncio

from freshet.config import ServiceConfig
from freshet.contracts.registry import (
    CARTS,
    CLICKS,
    FEEDBACK,
    IMPRESSIONS,
    ITEMS,
    NARRATIVES,
    QUERIES,
    RECOMMENDATIONS,
    REQUESTS,
)
from freshet.kafka.client import opened, reader
from freshet.streaming.decoding import BatchDecoder
from freshet_demo.numbers import Numbers

#: In the order in which they are shown.
WATCHED = (
    *(ITEMS, CLICKS, QUERIES, FEEDBACK, CARTS, IMPRESSIONS, REQUESTS),
    *(RECOMMENDATIONS, NARRATIVES),
)


async def watch(config: ServiceConfig, numbers: Numbers, stop: asyncio.Event) -> None:
    """Count every record of the topics, from their beginning, until told to stop.

    Args:
        config: where the topics are.
        numbers: count the records.
        stop: set when it is to end.
    """
    decoders = {config.topic(topic.name): BatchDecoder(topic, "demo") for topic in WATCHED}
    async with opened(reader(config, "freshet-demo", *decoders)) as consumer:
        await consumer.seek_to_beginning()
        while not stop.is_set():
            for tp, records in (await consumer.getmany(timeout_ms=200)).items():
                batch = decoders[tp.topic](tp.partition, records)
                for record in batch.records:
                    if record.message is not None:
                        numbers.take(batch.topic.name, record.message, record.broker_time_ms)
