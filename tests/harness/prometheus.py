"""A real Prometheus: found on this machine or fetched, run, and asked."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from freshet_kafka.failures import ComponentMissing
from freshet_kafka.guarded import Guarded, log_tail
from freshet_kafka.jars import cache_folder
from freshet_kafka.ports import free_ports
from harness.patience import wait_until

DEPLOY = Path(__file__).parents[2] / "deploy" / "prometheus"


def rules(file: str = "*.yml") -> list[dict[str, Any]]:
    """The recording and alert rules, of one file or of all."""
    return [
        rule
        for path in sorted((DEPLOY / "rules").glob(file))
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
    ]


def tool(name: str) -> str:
    """Path of `prometheus` or `promtool`: on the PATH, or from Debian's package, unpacked once.

    The package is unpacked into the cache folder, not installed: nothing of the system changes, no
    service is started, and nobody need be root.

    Raises:
        ComponentMissing: it is not there and cannot be fetched.
    """
    on_path = shutil.which(name)
    if on_path:
        return on_path
    folder = cache_folder() / "prometheus"
    if not (folder / "usr" / "bin" / name).exists():
        _fetch(folder)
    return str(folder / "usr" / "bin" / name)


def _fetch(folder: Path) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise ComponentMissing(
            "a real Prometheus is run here, and `prometheus` and `promtool` are not on the PATH:"
            " install them (macOS: brew install prometheus; Fedora: dnf install prometheus)"
        )
    apt = folder.parent / "apt"
    for part in ("lists/partial", "cache/archives/partial"):
        (apt / part).mkdir(parents=True, exist_ok=True)
    # apt's own folders are root's, and its lists may be old or absent.
    own = (f"Dir::State::lists={apt}/lists", f"Dir::Cache={apt}/cache", "APT::Sandbox::User=root")
    apt_get = ["apt-get", "-qq", *(part for option in own for part in ("-o", option))]
    unpacked = apt / "unpacked"
    for command in (
        [*apt_get, "update"],
        [*apt_get, "download", "prometheus"],
        ["sh", "-c", 'dpkg -x prometheus_*.deb "$1"', "sh", str(unpacked)],
    ):
        done = subprocess.run(
            command, cwd=apt, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode:
            raise ComponentMissing(
                f"Debian's package of Prometheus could not be fetched by {' '.join(command)}:\n"
                f"{done.stdout[-2000:]}\nput `prometheus` and `promtool` on the PATH"
            )
    unpacked.rename(folder)
    shutil.rmtree(apt)


class Prometheus:
    """A running server.

    Args:
        url: of its API.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def _get(self, page: str, **parameters: str) -> Any:
        query = urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(f"{self._url}/api/v1/{page}?{query}", timeout=60) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{parameters}: {error.read().decode()}") from error

    def value(self, expression: str) -> float | None:
        """What an expression that gives one series is now; None where it gives none."""
        found = self._get("query", query=expression)["result"]
        assert len(found) <= 1, f"{expression} gives {len(found)} series"
        return float(found[0]["value"][1]) if found else None

    def samples(self, expression: str, seconds: float) -> list[dict[str, Any]]:
        """What an expression gave in the last seconds: `metric` and `values` of each series."""
        now = time.time()
        found: list[dict[str, Any]] = self._get(
            "query_range", query=expression, start=str(now - seconds), end=str(now), step="1"
        )["result"]
        return found

    def firing(self) -> list[dict[str, str]]:
        """The labels of the alerts that fire now."""
        alerts = self._get("alerts")["alerts"]
        wrong = [one for one in alerts if "error expanding" in str(one["annotations"])]
        assert not wrong, wrong
        return [alert["labels"] for alert in alerts if alert["state"] == "firing"]


@contextmanager
def prometheus(config: Path, folder: Path, *options: str) -> Iterator[Prometheus]:
    """A server for the length of a `with` block, once it answers."""
    (port,) = free_ports(1)
    log = folder / "prometheus.log"
    running = Guarded(
        [
            tool("prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'prometheus-data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            *options,
        ],
        log,
        {"GOMAXPROCS": str(min(2, os.cpu_count() or 1))},
    )
    url = f"http://127.0.0.1:{port}"
    try:

        def is_ready() -> bool:
            assert running.process.poll() is None, f"Prometheus ended:\n{log_tail(log)}"
            return _answers(f"{url}/-/ready")

        wait_until(is_ready, said=lambda: log_tail(log))
        yield Prometheus(url)
    finally:
        running.stop()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
