"""Docker Compose: the one that is installed, or built once from its source by Go."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from freshet_kafka.failures import ComponentMissing
from freshet_kafka.jars import cache_folder

_MODULE = "github.com/docker/compose/v2"
_VERSION = "v2.40.3"


def composer() -> list[str]:
    """The command that Compose is.

    Raises:
        ComponentMissing: it is not there and cannot be built.
    """
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True)
    if plugin.returncode == 0:
        return ["docker", "compose"]
    binary = cache_folder() / f"docker-compose-{_VERSION}"
    if not binary.exists():
        _build(binary)
    return [str(binary)]


def _build(binary: Path) -> None:
    if shutil.which("go") is None:
        raise ComponentMissing(
            "`docker compose` is not there, and no Go to build it with: install Docker's plugin"
            " docker-compose-plugin, or Go 1.24 or newer"
        )
    binary.parent.mkdir(parents=True, exist_ok=True)
    # Its own caches, to be gone afterwards: they are 1.4 GB.
    with tempfile.TemporaryDirectory(dir=binary.parent) as scratch:
        settings = {
            "GOFLAGS": "-mod=mod -modcacherw",
            "GOMODCACHE": f"{scratch}/modules",
            "GOCACHE": f"{scratch}/objects",
            "CGO_ENABLED": "0",
        }
        built = Path(scratch) / "docker-compose"
        for command in (
            ["go", "mod", "init", "composer"],
            ["go", "get", f"{_MODULE}@{_VERSION}"],
            ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", str(built), f"{_MODULE}/cmd"],
        ):
            done = subprocess.run(
                command,
                cwd=scratch,
                env={**os.environ, **settings},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if done.returncode:
                raise ComponentMissing(f"Compose could not be built:\n{done.stdout[-2000:]}")
        built.rename(binary)
