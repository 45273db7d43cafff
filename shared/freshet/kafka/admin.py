"""The client for asking about topics and for changing them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient

from freshet.config import ServiceConfig
from freshet.kafka.client import security
from freshet.kafka.closing import close


@asynccontextmanager
async def admin_client(config: ServiceConfig, client_id: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """An administration client, started, for the length of a block; however it ends, it is closed.

    Raises:
        KafkaError: no broker was found.
    """
    admin = AIOKafkaAdminClient(
        bootstrap_servers=config.brokers, client_id=client_id, **security(config)
    )
    try:
        await admin.start()
        yield admin
    finally:
        await close(admin.close())
