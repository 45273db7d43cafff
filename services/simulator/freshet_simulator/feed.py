"""The simulator on Kafka: sends what people do, takes the lists that are made for them."""

import logging
import threading
import time
from collections.abc import Callable

from kafka import KafkaConsumer, KafkaProducer
from prometheus_client import Counter

from freshet.contracts.codec import Unprocessable, decoder, encode
from freshet.contracts.envelope import Message
from freshet.contracts.registry import ITEMS, RECOMMENDATIONS, TOPICS, Topic
from freshet.kafka.kafka_python import admit_any_header_name, security
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.simulation import Simulation

log = logging.getLogger(__name__)


class TopicsMissing(Exception):
    """The topics are not on the broker."""


def feed(
    config: SimulatorConfig, simulation: Simulation, sent: Counter, stop: threading.Event
) -> None:
    """Run a simulation until it is told to stop; returns when everything sent has arrived.

    Visits come at a rate that does not wait for Freshet: what is slow shows as lag.

    Args:
        config: checked settings.
        simulation: what happens.
        sent: counts what was sent.
        stop: set when it is to end.

    Raises:
        TopicsMissing: the topics were not created.
        KafkaError: a record could not be sent.
    """
    options = security(config)
    admit_any_header_name()
    lists = KafkaConsumer(
        bootstrap_servers=config.brokers.split(","),
        auto_offset_reset="latest",
        enable_auto_commit=False,
        **options,
    )
    try:
        missing = {config.topic(topic.name) for topic in TOPICS} - set(lists.topics())
        if missing:
            raise TopicsMissing(
                f"{', '.join(sorted(missing))}: create the topics with `freshet topics apply`"
            )
        lists.subscribe([config.topic(RECOMMENDATIONS.name)])
        producer = KafkaProducer(
            bootstrap_servers=config.brokers.split(","),
            acks="all",
            enable_idempotence=config.idempotent,
            linger_ms=2,
            compression_type=None if config.compression == "none" else config.compression,
            **options,
        )
        try:
            failures: list[BaseException] = []
            _run(config, simulation, lists, _sender(config, producer, sent, failures), stop)
            producer.flush()
            if failures:
                raise failures[0]
        finally:
            producer.close()
    finally:
        lists.close()


def _run(
    config: SimulatorConfig,
    simulation: Simulation,
    lists: KafkaConsumer,
    send: Callable[[Topic, Message], None],
    stop: threading.Event,
) -> None:
    decode = decoder(RECOMMENDATIONS)
    for item in simulation.catalogue():
        send(ITEMS, item)
    started = time.monotonic()
    visits = 0
    while not stop.is_set():
        for records in lists.poll(timeout_ms=5).values():
            for record in records:
                try:
                    simulation.deliver(decode(record.key, record.value or b""))
                except Unprocessable as refusal:
                    log.warning("a list is passed over: %s", refusal)
        elapsed = time.monotonic() - started
        now_ms = time.time_ns() // 1_000_000
        for topic, message in simulation.pass_time(now_ms):
            send(topic, message)
        while visits < elapsed * config.visits_per_second and not stop.is_set():
            for topic, message in simulation.next_visit(now_ms):
                send(topic, message)
            visits += 1


def _sender(
    config: SimulatorConfig,
    producer: KafkaProducer,
    sent: Counter,
    failures: list[BaseException],
) -> Callable[[Topic, Message], None]:
    """Sends without waiting; raises what an earlier send failed with, kept in `failures`."""

    def send(topic: Topic, message: Message) -> None:
        if failures:
            raise failures[0]
        assert topic.key is not None, "what a company sends has a key"
        key = getattr(message, topic.key).encode()
        future = producer.send(config.topic(topic.name), encode(message), key)
        future.add_errback(failures.append)
        sent.labels(topic.name).inc()

    return send
