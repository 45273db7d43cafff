"""The manifests of an overlay, as kustomize puts them together, and what is looked at of them."""

import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.kube.binaries import kubectl

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "kubernetes"
OVERLAYS = sorted(one.name for one in (FOLDER / "overlays").iterdir())

Manifest = dict[str, Any]

WORKLOADS = ("Deployment", "StatefulSet", "Job")


@cache
def rendered(overlay: str) -> str:
    """All manifests of an overlay, as YAML."""
    return subprocess.run(
        [kubectl(), "kustomize", str(FOLDER / "overlays" / overlay)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@cache
def _parsed(overlay: str) -> list[Manifest]:
    return list(yaml.safe_load_all(rendered(overlay)))


def manifests(overlay: str, *kinds: str) -> list[Manifest]:
    """Those of some kinds; all, if none is named."""
    return [one for one in _parsed(overlay) if not kinds or one["kind"] in kinds]


def names(found: Sequence[Manifest]) -> set[str]:
    return {one["metadata"]["name"] for one in found}


def pod(workload: Manifest) -> Manifest:
    """What a workload's pods are made from."""
    template: Manifest = workload["spec"]["template"]
    return template


def containers(overlay: str, *kinds: str) -> Iterator[tuple[str, Manifest]]:
    """Every container, with the name of its workload."""
    for workload in manifests(overlay, *(kinds or WORKLOADS)):
        spec = pod(workload)["spec"]
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            yield workload["metadata"]["name"], container


def environment(overlay: str, container: Manifest) -> dict[str, str]:
    """What a container finds in its environment; secrets and fields are a word that says so."""
    maps = {one["metadata"]["name"]: one["data"] for one in manifests(overlay, "ConfigMap")}
    found: dict[str, str] = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            found |= maps[source["configMapRef"]["name"]]
    for one in container.get("env", []):
        found[one["name"]] = one.get("value", "from-the-cluster")
    return found
