"""A real Docker engine: the one that runs here, or one of our own that ends with the test."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from freshet_kafka.failures import ComponentMissing
from freshet_kafka.guarded import Guarded, log_tail
from freshet_kafka.jars import cache_folder
from harness.composer import composer
from harness.patience import Patience

ROOT = Path(__file__).parents[2]

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0


class EngineFailed(Exception):
    """A command to the engine failed; the text ends with what it said last."""


class Engine:
    """An engine that answers.

    Attributes:
        own: whether it was started here, so that its images are nobody else's.
    """

    def __init__(self, host: str | None, *, own: bool) -> None:
        self.own = own
        self._environment = {**os.environ, **({"DOCKER_HOST": host} if host else {})}
        self._compose = composer()

    def docker(self, *arguments: str | Path) -> str:
        """Run `docker`; returns its standard output.

        Raises:
            EngineFailed: it left with another code than 0.
        """
        return self._run(["docker", *map(str, arguments)], {"DOCKER_BUILDKIT": "0"})

    def compose(self, *arguments: str, settings: Mapping[str, str] | None = None) -> str:
        """Run `docker compose` on the file at the top, with settings in its environment.

        Raises:
            EngineFailed: it left with another code than 0.
        """
        return self._run([*self._compose, *arguments], settings or {})

    def _run(self, command: list[str], settings: Mapping[str, str]) -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**self._environment, **settings},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            said = f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
            raise EngineFailed(f"{' '.join(command)} left with {done.returncode}:\n{said}")
        return done.stdout

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            return bool(self.docker("version", "--format", "{{.Server.Version}}"))
        except EngineFailed:
            return False


@contextmanager
def engine() -> Iterator[Engine]:
    """The machine's engine, or if none answers, one for the length of a `with` block.

    One of our own keeps its images in the cache folder, so that the next run builds what changed.

    Raises:
        ComponentMissing: Docker is not installed, or none runs and this process may not start one.
    """
    if shutil.which("docker") is None:
        raise ComponentMissing("`docker` is not on the PATH (Debian: apt-get install docker.io)")
    found = Engine(None, own=False)
    if found.answers():
        yield found
        return
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        raise ComponentMissing(
            "no Docker engine answers: start yours, or install one that root can start here"
            " (Debian: apt-get install docker.io debootstrap)"
        )
    # A short path: that of a socket may have a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="freshet-engine-"))
    log = folder / "dockerd.log"
    host = f"unix://{folder}/docker.sock"
    running = Guarded(
        [
            # All processes of its containers end with it, whatever ends it.
            *("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"),
            *("dockerd", "--host", host),
            *("--data-root", str(cache_folder() / "docker")),
            *("--exec-root", str(folder / "exec")),
            *("--pidfile", str(folder / "dockerd.pid")),
        ],
        log,
        {},
    )
    try:
        own = Engine(host, own=True)
        patience = Patience(START_TIMEOUT_S)
        while not own.answers():
            if running.process.poll() is not None or patience.is_over():
                raise EngineFailed(f"dockerd does not answer; its log says:\n{log_tail(log)}")
            time.sleep(0.2)
        yield own
    finally:
        _end(running)
        shutil.rmtree(folder, ignore_errors=True)


def _end(running: Guarded) -> None:
    """Let the engine end in order, then end all: `unshare` passes no signal on."""
    for unshare in psutil.Process(running.process.pid).children():
        for dockerd in unshare.children():
            dockerd.terminate()
            dockerd.wait(STOP_TIMEOUT_S)
    running.kill()
