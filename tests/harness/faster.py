"""The deployed Prometheus, with a clock that runs faster: alerts that take hours, in minutes.

Every duration of the configuration and of the rules is divided by the same number: how often is
scraped and evaluated, the ranges that are looked back on, how long something must last. A range
holds as many samples as in production, and no rule is otherwise changed. Numbers that stand for
seconds of the services (an objective of 0.25 s) stay: the services run at their own pace.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from harness.prometheus import DEPLOY

#: Folder of the files that say what is scraped, one a worker; read again when one comes.
TARGETS = "targets"

_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)")
_RANGE = re.compile(r"\[([^\]]+)\]")


def faster(duration: str, times: int) -> str:
    """A duration divided by a number."""
    found = _DURATION.fullmatch(duration)
    assert found, f"{duration} is no single number of ms, s, m, h or d"
    return f"{int(found[1]) * _UNIT_MS[found[2]] // times}ms"


def write_faster(folder: Path, times: int) -> Path:
    """The configuration with its rules, for services on this machine.

    Args:
        folder: where to; workers are looked for in its `TARGETS`.
        times: how much faster.

    Returns:
        The file for `--config.file`.
    """
    config = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    for name, duration in config["global"].items():
        config["global"][name] = faster(duration, times)
    (scraped,) = config["scrape_configs"]
    del scraped["dns_sd_configs"], scraped["relabel_configs"]
    scraped["file_sd_configs"] = [{"files": [f"{folder / TARGETS}/*.json"]}]
    (folder / "rules").mkdir()
    for file in (DEPLOY / "rules").glob("*.yml"):
        rules = yaml.safe_load(file.read_text())
        for group in rules["groups"]:
            for rule in group["rules"]:
                _speed_up(rule, times)
        (folder / "rules" / file.name).write_text(yaml.safe_dump(rules))
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(config))
    return path


def _speed_up(rule: dict[str, Any], times: int) -> None:
    assert "offset" not in rule["expr"], "no rule looks back by offset"
    rule["expr"] = _RANGE.sub(lambda found: f"[{faster(found[1], times)}]", rule["expr"])
    if "for" in rule:
        rule["for"] = faster(rule["for"], times)
