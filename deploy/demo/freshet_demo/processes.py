"""The services as child processes, each under a guard, each with a log of its own."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from freshet_kafka.guarded import Guarded, log_tail

SERVICES = ("catalog", "interests", "interactions", "trends", "ranker", "narrator")

#: No click waits for these: where all share a machine's cores, they give way.
PATIENT = ("catalog", "interactions", "trends", "narrator")


class ChildFailed(Exception):
    """A service ended by itself; the text ends with what its log said last."""


class Child(Guarded):
    """A service's process.

    Attributes:
        name: of the service.
    """

    stop_timeout_s = 15.0

    def __init__(
        self, name: str, command: Sequence[str], log: Path, settings: Mapping[str, str]
    ) -> None:
        self.name = name
        where = {"PYTHONPATH": os.pathsep.join(sys.path)}
        patience = ("nice",) if name in PATIENT else ()
        super().__init__([*patience, sys.executable, "-m", *command], log, {**where, **settings})

    def check(self) -> None:
        """Raise ChildFailed if it has ended."""
        code = self.process.poll()
        if code is not None:
            raise ChildFailed(
                f"{self.name} ended with {code}; its log {self.log} says:\n{log_tail(self.log)}"
            )


@contextmanager
def running(
    logs: Path, settings: Mapping[str, str], commands: Mapping[str, Sequence[str]]
) -> Iterator[list[Child]]:
    """Processes for the length of a `with` block.

    Args:
        logs: a folder.
        settings: environment variables for all of them.
        commands: by name, the module to run and its arguments.
    """
    with ExitStack() as stack:
        children = []
        for name, command in commands.items():
            child = Child(name, command, logs / f"{name}.log", settings)
            stack.callback(child.stop)
            children.append(child)
        yield children


def service_commands(names: Sequence[str] = SERVICES) -> dict[str, Sequence[str]]:
    """How each service is run."""
    return {name: (f"freshet_{name}",) for name in names}
