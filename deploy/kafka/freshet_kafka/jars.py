"""The jars of Apache Kafka, fetched once by Maven into a cache folder."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from freshet_kafka.missing import ComponentMissing

VERSION = "4.3.1"


def cache_folder() -> Path:
    """Where fetched things are kept: FRESHET_CACHE, or ~/.cache/freshet."""
    return Path(os.environ.get("FRESHET_CACHE", Path.home() / ".cache" / "freshet"))


def cached_jars() -> Path | None:
    """The folder of the jars, if they are there: FRESHET_KAFKA_LIBS, or in the cache."""
    given = os.environ.get("FRESHET_KAFKA_LIBS")
    folder = Path(given) if given else cache_folder() / f"kafka-{VERSION}"
    return folder if any(folder.glob("kafka_2.13-*.jar")) else None


def kafka_jars() -> Path:
    """The folder of the jars; fetches them the first time (about 55 MB).

    Raises:
        ComponentMissing: they are not there and Maven is not either, or could not fetch them.
    """
    folder = cached_jars()
    if folder:
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise ComponentMissing(
            "the jars of Apache Kafka are fetched by Maven, and `mvn` is not on the PATH: install"
            " it (Debian: apt-get install maven; macOS: brew install maven), or set"
            " FRESHET_KAFKA_LIBS to the libs folder of a Kafka download"
        )
    folder = cache_folder() / f"kafka-{VERSION}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Into a folder of its own, then renamed: two who fetch at once do not see half of it.
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        libs = Path(scratch) / "libs"
        done = subprocess.run(
            [
                maven,
                *("-q", "-B", "-f", str(Path(__file__).with_name("pom.xml"))),
                "dependency:copy-dependencies",
                f"-DoutputDirectory={libs}",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ComponentMissing(f"Maven could not fetch Kafka:\n{done.stdout[-2000:]}")
        try:
            libs.rename(folder)
        except OSError:
            if cached_jars() is None:
                raise
    return folder
