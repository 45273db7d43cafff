"""All of Freshet in containers, by the compose file at the top."""

import json
import re
import uuid
from collections.abc import Iterator

import pytest

from freshet_kafka.ports import free_ports
from harness.composed import Composed
from harness.engine import ROOT, Engine, EngineFailed, engine
from harness.stand_ins import provide


@pytest.fixture(scope="session")
def docker() -> Iterator[Engine]:
    """A real engine. What is missing for it fails the test: nothing is skipped."""
    with engine() as found:
        yield found


@pytest.fixture(scope="session")
def up(docker: Engine) -> Iterator[Composed]:
    """Everything up; at the end everything is gone."""
    given = json.loads(docker.compose("config", "--format", "json"))["services"].values()
    dockerfile = (ROOT / "deploy" / "docker" / "Dockerfile").read_text()
    bases = re.findall(r"^ARG PYTHON=(\S+)$", dockerfile, re.MULTILINE)
    provide(docker, [*bases, *(one["image"] for one in given if "build" not in one)])
    project = f"freshet-test-{uuid.uuid4().hex[:8]}"
    names = ("KAFKA_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT")
    composed = Composed(docker, project, dict(zip(names, free_ports(3), strict=True)))
    try:
        try:
            composed.compose("up", "--detach")
        except EngineFailed as error:
            said = composed.compose("logs", "--no-color", "--tail", "30")
            raise EngineFailed(f"{error}\n{said}") from error
        yield composed
    finally:
        composed.compose("down", "--volumes", "--timeout", "20")
    mine = ("--filter", f"label=com.docker.compose.project={project}", "--quiet")
    assert not docker.docker("ps", "--all", *mine)
    assert not docker.docker("volume", "ls", *mine)
    assert not docker.docker("network", "ls", *mine)
