"""Each alert fires when its fault is caused, on a running system under a real Prometheus.

All faults are caused in one run, most of them at once, and the tests look at what the run has seen.
Prometheus runs as it is deployed, but for a clock that is faster (`harness.faster`).
"""

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from freshet.config import ServiceConfig
from freshet.topics import broker as topics
from freshet_kafka import local_broker
from harness.endpoint import endpoint
from harness.faster import write_faster
from harness.faults import AT_LAST, SOUND, TOGETHER, Shop, workers
from harness.prometheus import Prometheus, prometheus, rules
from harness.promql import legend_labels, without_grafana
from harness.shop import people, writes_well
from harness.trainers import prepare
from harness.watched import Alerts, at_the_side

log = logging.getLogger(__name__)

ALERTS = [rule["alert"] for rule in rules() if "alert" in rule]
BOARDS = Path(__file__).parents[2] / "deploy" / "grafana" / "dashboards"
PANELS = [
    pytest.param(panel, id=f"{file.stem}: {panel['title']}")
    for file in sorted(BOARDS.glob("*.json"))
    for panel in json.loads(file.read_text())["panels"]
    if panel["type"] != "row"
]


@dataclass
class Seen:
    """What the run has shown.

    Attributes:
        server: still running.
        alerts: labels of those that have fired.
        failures: of the faults: alerts that did not come, or did not go.
        seconds: how long it took.
    """

    server: Prometheus
    alerts: list[dict[str, str]]
    failures: dict[str, BaseException]
    seconds: float


def times(start_s: float) -> int:
    """How much faster the clock of Prometheus may run on this machine, at this time.

    A worker that crashes must start three times within 15 minutes of that clock. It may not run
    slower than 20 times as fast: ten minutes of not being ready must pass in the one that a group
    waits for a worker that hangs.

    Args:
        start_s: how long services take to start.
    """
    return max(20, min(30, int(15 * 60 / (4 * start_s))))


async def run(stack: ExitStack, folder: Path, config: ServiceConfig) -> Seen:
    """Start what is sound, see that nothing fires, cause every fault."""
    started = time.monotonic()
    await topics.apply(config, 1)
    await prepare(config, folder)
    async with endpoint() as model:
        model.answer = writes_well
        all_workers = workers(config, folder, model.url)
        for worker in all_workers.values():
            stack.callback(worker.kill)
        opening = time.monotonic()
        for name in SOUND:
            all_workers[name].start()
        for name in SOUND:
            await all_workers[name].ready()
        speed = times(time.monotonic() - opening)
        log.info("a clock %d times as fast", speed)
        lookback = f"--query.lookback-delta={300 // speed}s"
        server = stack.enter_context(prometheus(write_faster(folder, speed), folder, lookback))
        alerts = Alerts(server, quiet_s=360 / speed)
        shop = Shop(config, folder, all_workers, server, alerts)
        failures: dict[str, BaseException] = {}
        async with at_the_side(alerts.follow()):
            await alerts.settle()
            async with at_the_side(people(config)):
                ends = await asyncio.gather(
                    *(fault(shop) for fault in TOGETHER), return_exceptions=True
                )
            failures |= {
                fault.__name__: end
                for fault, end in zip(TOGETHER, ends, strict=True)
                if isinstance(end, BaseException)
            }
            for fault in AT_LAST:
                try:
                    await fault(shop)
                except AssertionError as failure:
                    failures[fault.__name__] = failure
    return Seen(server, alerts.seen, failures, time.monotonic() - started)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """One run. Prometheus still answers, the services are as the last fault left them."""
    folder = tmp_path_factory.mktemp("watched")
    # A broker of its own, for it will hang.
    with local_broker("kafka") as broker, ExitStack() as stack:
        yield asyncio.run(run(stack, folder, ServiceConfig(brokers=broker.bootstrap)))


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_fires_when_its_fault_is_caused(alert: str, seen: Seen) -> None:
    assert alert in {labels["alertname"] for labels in seen.alerts}, seen.failures


def test_alerts_are_of_the_worker_at_fault_and_end_when_it_is_mended(seen: Seen) -> None:
    assert not seen.failures


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_of_a_dashboard_shows_something(panel: dict[str, Any], seen: Seen) -> None:
    for target in panel["targets"]:
        found = seen.server.samples(without_grafana(target["expr"]), seen.seconds)
        assert found, target["expr"]
        for series in found:
            assert legend_labels(target["legendFormat"]) <= series["metric"].keys(), series
