"""The Faust app of a service: its topics, its transport, and the agent that feeds the queue."""

from typing import Any

import faust
from aiokafka import AIOKafkaProducer
from faust.types.auth import AuthProtocol

from freshet.config import ServiceConfig
from freshet.kafka.client import MAX_BATCH_BYTES, tls_context
from freshet.streaming.adaptive_linger import AdaptiveLinger
from freshet.streaming.batch_queue import BatchQueue
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet.streaming.transport import MicroBatchTransport


class BatchSchema(faust.Schema):
    """Leaves the fetched records alone: they are decoded where bad ones can be refused."""

    def loads_key(self, app: Any, message: Any, **options: Any) -> Any:
        """A fetch has no key."""
        del app, message, options

    def loads_value(self, app: Any, message: Any, **options: Any) -> Any:
        """The records of each partition."""
        del app, options
        return message.value


class FreshetApp(faust.App):
    """A Faust app that speaks to Kafka in micro-batches.

    Attributes:
        batch_queue: where batches wait to be processed.
        max_in_flight_bytes: bound of what is read and not acknowledged.
        linger: how long each fetch may wait at the broker.
        idempotent: whether the producer is.
    """

    batch_queue: BatchQueue
    max_in_flight_bytes: int
    linger: AdaptiveLinger
    idempotent: bool

    def _new_transport(self) -> MicroBatchTransport:
        return MicroBatchTransport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> MicroBatchTransport:
        return MicroBatchTransport(self.conf.broker_producer, self)

    def _create_directories(self) -> None:
        """None are needed: all state is in topics."""

    @property
    def kafka_producer(self) -> AIOKafkaProducer:
        """The Kafka client's producer, to send whole batches with."""
        return self.producer._ensure_producer()


def build_app(service: Service, config: ServiceConfig) -> FreshetApp:
    """The app of a service, not yet connected.

    Args:
        service: what to run.
        config: checked settings.
    """
    options: dict[str, Any] = {}
    if config.security_protocol == "SASL_SSL":
        options["broker_credentials"] = faust.SASLCredentials(
            username=config.sasl_username,
            password=config.sasl_password,
            mechanism="SCRAM-SHA-512",
            ssl_context=tls_context(config),
        )
        options["broker_credentials"].protocol = AuthProtocol.SASL_SSL
    app = FreshetApp(
        config.topic(service.name),
        version=1,
        broker=[f"kafka://{server.strip()}" for server in config.brokers.split(",")],
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        broker_max_poll_records=service.max_records,
        broker_commit_interval=1.0,
        broker_session_timeout=float(config.session_timeout_s),
        broker_heartbeat_interval=config.session_timeout_s / 5,
        consumer_max_fetch_size=4 * 1_048_576,
        producer_acks=-1,
        producer_linger=0.0,
        producer_max_batch_size=MAX_BATCH_BYTES,
        producer_max_request_size=MAX_BATCH_BYTES,
        producer_compression_type=None if config.compression == "none" else config.compression,
        # Bytes bound what waits (see backpressure.py); a small buffer here would make Faust
        # pause partitions in steps of a second.
        stream_buffer_maxsize=65_536,
        stream_wait_empty=False,
        **options,
    )
    app.batch_queue = BatchQueue(on_close=_forget(service.state))
    app.max_in_flight_bytes = config.max_in_flight_bytes
    app.linger = AdaptiveLinger(config.linger_ms, config.idle_wait_ms)
    app.idempotent = config.idempotent

    inputs = app.topic(
        *(config.topic(topic.name) for topic in service.inputs), schema=BatchSchema()
    )

    @app.agent(inputs, name=f"{service.name}-intake")
    async def feed(stream: Any) -> None:
        async for event in stream.noack().events():
            app.batch_queue.offer(event)

    return app


def _forget(state: PartitionedState | None) -> Any:
    return (lambda: None) if state is None else state.forget_all
