"""The `freshet` command as a process of its own."""

import os
import subprocess
import sys

from freshet.config import ServiceConfig


def freshet(config: ServiceConfig, *arguments: str, given: bytes = b"") -> tuple[int, str]:
    """Run `freshet ARGUMENTS` on a test's broker and topics; exit code, and all that it said."""
    where = ("--brokers", config.brokers, "--prefix", config.topic_prefix)
    done = subprocess.run(
        [sys.executable, "-c", "from freshet.cli.main import app; app()", *arguments, *where],
        input=given,
        capture_output=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "200"},
    )
    return done.returncode, (done.stdout + done.stderr).decode()
