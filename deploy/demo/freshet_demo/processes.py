"""The services as child processes, each under a guard, each with a log of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from freshet_kafka import guard

SERVICES = ("catalog", "interests", "trends", "ranker")

_STOP_S = 15


class ChildFailed(Exception):
    """A service ended by itself; the text ends with what its log said last."""


class Child:
    """A service's process.

    Attributes:
        name: of the service.
        log: its log file.
    """

    def __init__(
        self, name: str, command: Sequence[str], log: Path, settings: Mapping[str, str]
    ) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            # The guard ends the service if this process is gone, whatever ended it.
            self.process = subprocess.Popen(
                [sys.executable, "-I", guard.__file__, sys.executable, "-m", *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **settings},
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise ChildFailed if it has ended."""
        code = self.process.poll()
        if code is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
            raise ChildFailed(f"{self.name} ended with {code}; its log {self.log} says:\n{tail}")

    def kill(self) -> None:
        """End it as a crash would: its guard kills it when the pipe closes."""
        assert self.process.stdin is not None, "it was opened as a pipe"
        self.process.stdin.close()
        self.process.wait(_STOP_S)

    def stop(self) -> None:
        """Ask it to end, then make it."""
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_S)
        self.kill()


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
