"""What `docker compose up` has started, looked into from outside."""

import json
from dataclasses import dataclass
from typing import Any

from harness.engine import Engine


@dataclass(frozen=True)
class Composed:
    """A project of Docker Compose.

    Attributes:
        engine: that it runs in.
        project: its name.
        ports: on this machine, by the variable that chooses it.
    """

    engine: Engine
    project: str
    ports: dict[str, int]

    def compose(self, *arguments: str) -> str:
        """Run `docker compose` on it."""
        settings = {name: str(port) for name, port in self.ports.items()}
        return self.engine.compose("--project-name", self.project, *arguments, settings=settings)

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
