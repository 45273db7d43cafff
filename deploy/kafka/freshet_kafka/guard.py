"""Runs a command, and kills it when the process that asked for it is gone.

`python -m freshet_kafka.guard COMMAND…` reads its standard input, which nobody writes to: its end
means that the parent has died, by whatever signal. Works wherever pipes do. Needs the standard
library alone, so that it also runs as a file.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Run the command in a process group of its own; returns its exit code."""
    # Asked to stop before there is a child to pass it on to: the default would end the guard and
    # leave the child.
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    child = subprocess.Popen(
        sys.argv[1:],
        stdin=subprocess.DEVNULL,
        # Not a session: Linux shares out time by session first (autogroup), and what runs at a
        # lower priority would not give way to those of another.
        process_group=0,
    )
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    if asked:
        child.terminate()

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it has just ended
            os.killpg(child.pid, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
