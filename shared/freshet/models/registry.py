"""The models topic, read whole and written to: the registry of model versions."""

from collections.abc import Iterable, Sequence
from typing import Any

from freshet.config import ServiceConfig
from freshet.contracts.codec import Unprocessable, decoder, encode
from freshet.contracts.models import ModelRecord
from freshet.contracts.registry import MODELS
from freshet.domain.rollout.stages import Stages
from freshet.kafka.client import opened, writer
from freshet.kafka.topic_reader import read_partitions

_decode = decoder(MODELS)


async def read_stages(config: ServiceConfig) -> Stages:
    """Every model version as of now; a record that cannot be read is passed over."""
    stages = Stages()

    def take(topic: str, partition: int, records: Sequence[Any]) -> None:
        del topic, partition
        for record in records:
            try:
                value = record.value
                message = None if value is None else _decode(record.key, value)
            except Unprocessable:
                continue
            stages.take((record.key or b"").decode(errors="replace"), message)

    await read_partitions(config, config.topic(MODELS.name), range(MODELS.partitions), take)
    return stages


async def write_records(config: ServiceConfig, records: Iterable[ModelRecord]) -> None:
    """Write records in their order, each confirmed before the next.

    Raises:
        Unprocessable: a record that no reader would take, such as one with too long a reason.
    """
    written = [(record.model.encode(), encode(record)) for record in records]
    for key, value in written:
        _decode(key, value)
    async with opened(writer(config, "freshet-models")) as producer:
        for key, value in written:
            await producer.send_and_wait(config.topic(MODELS.name), value, key, 0)
