"""A command under a guard: it ends with the process that started it, whatever ended that."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from freshet_kafka import guard


class Guarded:
    """A running command, and the log of what it says.

    Attributes:
        process: of its guard.
        log: the file that it writes to.
        stop_timeout_s: how long it may take to end in order.
    """

    stop_timeout_s = 20.0

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        settings: Mapping[str, str],
        folder: Path | None = None,
    ) -> None:
        """Start it, with settings over this process's environment, in a folder if one is given."""
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-I", guard.__file__, *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, **settings},
                # Ctrl-C in a terminal goes to the foreground group: it is ours to stop, not the
                # terminal's.
                process_group=0,
            )

    def kill(self) -> None:
        """End it as a crash would: its guard kills it when the pipe closes."""
        assert self.process.stdin is not None, "it was opened as a pipe"
        self.process.stdin.close()
        self.process.wait(self.stop_timeout_s)

    def stop(self) -> None:
        """Ask it to end, then make it."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(self.stop_timeout_s)
        self.kill()


def log_tail(log: Path) -> str:
    """What a log said last: 20 lines."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
