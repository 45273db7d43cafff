"""The simulator as a process on a real broker."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from freshet.config import ServiceConfig
from freshet.contracts.codec import decoder
from freshet.contracts.inputs import Impression
from freshet.contracts.recommendations import Recommendations
from freshet.contracts.registry import (
    CLICKS,
    FEEDBACK,
    IMPRESSIONS,
    ITEMS,
    QUERIES,
    RECOMMENDATIONS,
    REQUESTS,
    Topic,
)
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.simulation import Simulation
from harness.kafka import log_of, send
from harness.patience import wait_until
from harness.ranking import recommend

PEOPLE = 5


def environment(config: ServiceConfig) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "FRESHET_BROKERS": config.brokers,
        "FRESHET_TOPIC_PREFIX": config.topic_prefix,
        "FRESHET_PEOPLE": str(PEOPLE),
        "FRESHET_ITEMS": "50",
        "FRESHET_VISITS_PER_SECOND": "100",
    }


COMMAND = [sys.executable, "-m", "freshet_simulator", "run"]


@contextmanager
def simulator(config: ServiceConfig) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(COMMAND, env=environment(config), stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def records(config: ServiceConfig, topic: Topic) -> list[object]:
    decode = decoder(topic)
    return [decode(one.key, one.value) for one in asyncio.run(log_of(config, topic))]


def shown(config: ServiceConfig) -> set[str | None]:
    return {
        one.recommendation_id for one in records(config, IMPRESSIONS) if isinstance(one, Impression)
    }


def wait_until_shown(config: ServiceConfig, name: str | None) -> None:
    wait_until(lambda: name in shown(config), said=lambda: f"no impression of {name}")


def recommendations() -> list[Recommendations]:
    people = Simulation(SimulatorConfig(people=PEOPLE, items=50), "x", 0).people
    return [recommend(person.user_id, ["shop-1"]) for person in people]


def test_a_list_that_arrives_is_shown_and_all_that_is_sent_can_be_read(
    config: ServiceConfig,
) -> None:
    with simulator(config) as process:
        wait_until_shown(config, None)
        asyncio.run(send(config, RECOMMENDATIONS, recommendations(), compression_type="lz4"))
        wait_until_shown(config, "rec-1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert {one.item_id for one in records(config, ITEMS)} >= {f"shop-{n}" for n in range(50)}  # type: ignore[attr-defined]
    for topic in (CLICKS, QUERIES, FEEDBACK, REQUESTS):
        records(config, topic)


def test_without_the_topics_it_says_so_and_fails(empty: ServiceConfig) -> None:
    done = subprocess.run(COMMAND, env=environment(empty), capture_output=True, timeout=60)
    assert done.returncode == 1
    assert b"freshet topics apply" in done.stderr
    assert b"Traceback" not in done.stderr
