"""All of Freshet in containers, by the compose file at the top."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from freshet_kafka.ports import free_ports
from harness.engine import ROOT, Engine, EngineFailed, engine
from harness.stand_ins import provide


@dataclass(frozen=True)
class Running:
    """What `docker compose up` has started.

    Attributes:
        engine: that it runs in.
        ports: on this machine, by the variable that chooses it.
        stood_in: whether stand-ins are where official images should be.
    """

    engine: Engine
    project: str
    ports: dict[str, int]
    stood_in: bool

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Run `docker compose` on it."""
        settings = {name: str(port) for name, port in self.ports.items()}
        return self.engine.compose(
            "--project-name", self.project, *arguments, settings=settings, check=check
        )

    def containers(self) -> dict[str, dict[str, Any]]:
        """What the engine knows of each container, by the name of its service."""
        listed = self.compose("ps", "--all", "--quiet").split()
        return {
            one["Config"]["Labels"]["com.docker.compose.service"]: one
            for one in json.loads(self.engine.docker("inspect", *listed))
        }

    def inside(self, service: str, command: str) -> str:
        """What a shell command says in a service's container, and how it left."""
        return self.compose("exec", "-T", service, "sh", "-c", f"{command}; echo left $?")


@pytest.fixture(scope="session")
def docker() -> Iterator[Engine]:
    """A real engine. What is missing for it fails the test: nothing is skipped."""
    with engine() as found:
        yield found


@pytest.fixture(scope="session")
def running(docker: Engine) -> Iterator[Running]:
    """Everything up; at the end everything is gone."""
    given = json.loads(docker.compose("config", "--format", "json"))["services"].values()
    bought = [one["image"] for one in given if "build" not in one]
    dockerfile = (ROOT / "deploy" / "docker" / "Dockerfile").read_text()
    bases = re.findall(r"^ARG PYTHON=(\S+)$", dockerfile, re.MULTILINE)
    stood_in = provide(docker, [*bases, *bought])
    names = ("KAFKA_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT")
    project = f"freshet-test-{uuid.uuid4().hex[:8]}"
    up = Running(docker, project, dict(zip(names, free_ports(3), strict=True)), stood_in)
    try:
        try:
            up.compose("up", "--detach", "--quiet-pull")
        except EngineFailed as error:
            said = up.compose("logs", "--no-color", "--tail", "30")
            raise EngineFailed(f"{error}\n{said}") from error
        yield up
    finally:
        up.compose("down", "--volumes", "--timeout", "20")
    mine = ("--filter", f"label=com.docker.compose.project={project}", "--quiet")
    assert not docker.docker("ps", "--all", *mine)
    assert not docker.docker("volume", "ls", *mine)
    assert not docker.docker("network", "ls", *mine)
