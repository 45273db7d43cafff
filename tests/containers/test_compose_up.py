"""`docker compose up` is enough: all images built, and run by a real engine."""

import asyncio
import json
import re
import urllib.request
from typing import Any

import pytest

from freshet.config import ServiceConfig
from freshet.contracts.codec import decoder
from freshet.contracts.registry import RECOMMENDATIONS
from harness.composed import Composed
from harness.engine import ROOT
from harness.kafka import log_of
from harness.patience import wait_until

SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
#: Megabytes that an image may be, as in docs/how-to/docker.md.
BARS_MB = {"ranker": 450, "trainer": 2_300}
OTHER_BAR_MB = 400

any_service = pytest.mark.parametrize("name", SERVICES)


def page(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def test_a_recommendation_arrives(up: Composed) -> None:
    brokers = ServiceConfig(brokers=f"127.0.0.1:{up.ports['KAFKA_PORT']}")
    decode = decoder(RECOMMENDATIONS)

    def personal() -> bool:
        records = asyncio.run(log_of(brokers, RECOMMENDATIONS))
        made = [decode(record.key, record.value) for record in records]
        return any(one.items and one.strategy == "personalised" for one in made)

    wait_until(personal, 120)


def test_everything_is_well(up: Composed) -> None:
    def well() -> bool:
        states = {name: one["State"] for name, one in up.containers().items()}
        topics = states.pop("topics")
        assert (topics["Status"], topics["ExitCode"]) == ("exited", 0)
        return all(state["Health"]["Status"] == "healthy" for state in states.values())

    wait_until(well, 120)
    assert all(one["RestartCount"] == 0 for one in up.containers().values())


def test_prometheus_scrapes_every_service(up: Composed) -> None:
    url = f"http://127.0.0.1:{up.ports['PROMETHEUS_PORT']}/api/v1/targets"

    def scraped() -> bool:
        targets = page(url)["data"]["activeTargets"]
        health = {one["labels"]["job"]: one["health"] for one in targets}
        return health == dict.fromkeys(SERVICES, "up")

    wait_until(scraped, 90)


def test_grafana_has_every_dashboard(up: Composed) -> None:
    url = f"http://127.0.0.1:{up.ports['GRAFANA_PORT']}/api/search?type=dash-db"
    files = (ROOT / "deploy" / "grafana" / "dashboards").glob("*.json")
    written = {json.loads(file.read_text())["uid"] for file in files}
    wait_until(lambda: {one["uid"] for one in page(url)} == written, 60)


@any_service
def test_a_service_runs_without_privileges_on_a_root_that_it_cannot_write(
    up: Composed, name: str
) -> None:
    assert up.inside(name, "cat /proc/1/comm") == "tini\nleft 0\n"
    assert up.inside(name, "id -u") == "10001\nleft 0\n"
    assert up.inside(name, "grep CapEff /proc/1/status").split()[1] == "0" * 16
    assert up.inside(name, "grep -E '^[^ ]+ / ' /proc/mounts").split()[3].startswith("ro,")
    assert up.inside(name, "touch /tmp/new") == "left 0\n"


def test_models_are_written_by_the_trainer_alone(up: Composed) -> None:
    assert up.inside("trainer", "touch /work/new /models/new") == "left 0\n"
    assert up.inside("ranker", "rm /models/new 2>/dev/null") == "left 1\n"
    assert up.inside("trainer", "rm /models/new") == "left 0\n"


@any_service
def test_an_image_has_what_its_lock_says_and_no_compiler(up: Composed, name: str) -> None:
    listing = "from importlib.metadata import distributions as d; print(*(x.name for x in d()))"
    installed = up.inside(name, f'python -Ic "{listing}"').split()[:-2]
    lock = (ROOT / "services" / name / "requirements.txt").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    names = {re.sub(r"[-_.]+", "-", one).lower() for one in installed}
    assert names - locked == {"freshet", f"freshet-{name}"}
    assert bool({"tensorflow", "tensorflow-cpu"} & names) == (name == "trainer")
    for compiler in ("gcc", "cc", "g++", "clang", "make", "tcc"):
        assert up.inside(name, f"command -v {compiler}") == "left 127\n"


@any_service
def test_an_image_is_no_bigger_than_its_bar(up: Composed, name: str) -> None:
    image = up.containers()[name]["Image"]
    size = int(up.engine.docker("image", "inspect", "--format", "{{.Size}}", image))
    assert size / 1e6 <= BARS_MB.get(name, OTHER_BAR_MB)


def test_a_service_ends_in_order_when_it_is_told_to_stop(up: Composed) -> None:
    up.compose("stop", "narrator", "trends")
    stopped = up.containers()
    assert [stopped[name]["State"]["ExitCode"] for name in ("narrator", "trends")] == [0, 0]
    up.compose("start", "narrator", "trends")


def test_no_service_logs_an_error(up: Composed) -> None:
    said = up.compose("logs", "--no-color", *SERVICES)
    assert "catalog starts with" in said
    errors = re.findall(r"^.*(?:\bERROR\b|\bCRITICAL\b|\bFATAL\b|Traceback).*$", said, re.MULTILINE)
    # A new broker makes its topic of groups when the first group asks; the client asks again.
    assert not [line for line in errors if "GroupCoordinatorNotAvailableError" not in line]
