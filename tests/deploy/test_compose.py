"""The compose file and the Dockerfile, read only: `make test-docker` runs them."""

import importlib
import inspect
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from freshet.config import PREFIX, ServiceConfig
from freshet_kafka.jars import VERSION as KAFKA_VERSION

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in CONTAINERS.items() if "build" in one}
DOCKERFILE = (ROOT / "deploy" / "docker" / "Dockerfile").read_text()

any_container = pytest.mark.parametrize("name", CONTAINERS)
any_of_ours = pytest.mark.parametrize("name", OURS)
any_service = pytest.mark.parametrize("name", SERVICES)


def settings_of(service: str) -> set[str]:
    module = importlib.import_module(f"freshet_{service}.config")
    (kind,) = [
        one
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, ServiceConfig) and one.__module__ == module.__name__
    ]
    return {f"{PREFIX}{field.name.upper()}" for field in msgspec.structs.fields(kind)}


@any_service
def test_every_service_is_run_from_an_image_of_its_own(name: str) -> None:
    version = tomllib.loads((ROOT / "services" / name / "pyproject.toml").read_text())["project"]
    assert OURS[name]["build"]["args"]["SERVICE"] == name
    assert OURS[name]["image"] == f"freshet/{name}:{version['version']}"


@any_service
def test_a_setting_that_is_given_is_one_that_the_service_has(name: str) -> None:
    assert set(CONTAINERS[name]["environment"]) <= settings_of(name)


def test_the_settings_of_the_image_are_those_of_every_service() -> None:
    given = set(re.findall(rf"\b{PREFIX}\w+(?==)", DOCKERFILE))
    assert given
    assert given <= set.intersection(*map(settings_of, SERVICES))


@any_container
def test_every_container_is_bounded_and_has_no_privileges(name: str) -> None:
    container = CONTAINERS[name]
    assert {"cpus", "mem_limit", "pids_limit", "restart"} <= container.keys()
    assert container["logging"]["options"].keys() == {"max-size", "max-file"}
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "network_mode", "cap_add", "user"} & container.keys()


@any_container
def test_every_image_is_of_one_version(name: str) -> None:
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", CONTAINERS[name]["image"])


def test_what_is_built_on_is_of_one_version() -> None:
    (python,) = re.findall(r"^ARG PYTHON=python:(\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"3\.\d+-slim-bookworm", python)


def test_kafka_is_the_version_that_the_tests_run() -> None:
    assert CONTAINERS["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"


@any_container
def test_whatever_stays_says_whether_it_is_well(name: str) -> None:
    health = CONTAINERS[name]["healthcheck"]
    if name == "topics":
        assert health == {"disable": True}
    else:
        assert {"test", "interval", "timeout", "start_period"} == health.keys()


@any_of_ours
def test_nothing_of_ours_writes_to_its_image_or_comes_from_a_registry(name: str) -> None:
    container = CONTAINERS[name]
    assert container["read_only"]
    assert container["pull_policy"] == "build"
    assert [mount.partition(":")[0] for mount in container["tmpfs"]] == ["/tmp"]


@any_service
def test_a_service_starts_when_the_topics_are_there(name: str) -> None:
    def waits_for(name: str) -> dict[str, str]:
        given = CONTAINERS[name].get("depends_on", {})
        return {on: one["condition"] for on, one in given.items()} | {
            on: condition for via in given for on, condition in waits_for(via).items()
        }

    waited = waits_for(name)
    assert waited["topics"] == "service_completed_successfully"
    assert waited["kafka"] == "service_healthy"


@any_container
def test_a_port_is_open_on_this_machine_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in CONTAINERS[name].get("ports", []))


@any_container
def test_what_is_mounted_is_there(name: str) -> None:
    for mount in CONTAINERS[name].get("volumes", []):
        source = mount.partition(":")[0]
        if source.startswith("."):
            assert any((ROOT / source).iterdir())
            assert mount.endswith(":ro")
        else:
            assert source in COMPOSE["volumes"]


def test_models_are_written_by_the_trainer_and_read_by_the_ranker() -> None:
    (written,) = [one for one in CONTAINERS["trainer"]["volumes"] if one.startswith("models:")]
    (read,) = [one for one in CONTAINERS["ranker"]["volumes"] if one.startswith("models:")]
    store = CONTAINERS["trainer"]["environment"]["FRESHET_ARTIFACTS"]
    assert store == f"file://{written.split(':')[1]}"
    assert read == f"{written}:ro"


def test_the_trainer_alone_needs_tensorflow() -> None:
    needing = [
        name
        for name in SERVICES
        if re.search(
            r"^(tensorflow|keras)", (ROOT / f"services/{name}/requirements.txt").read_text(), re.M
        )
    ]
    assert needing == ["trainer"]
