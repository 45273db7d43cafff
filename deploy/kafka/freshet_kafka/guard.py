"""Runs a command, and kills it when the process that asked for it is gone.

`python -m freshet_kafka.guard COMMAND…` reads its standard input, which nobody writes to: its end
means that the parent has died, by whatever signal. Works wherever pipes do.
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Run the command in a process group of its own; returns its exit code."""
    child = subprocess.Popen(
        sys.argv[1:],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.killpg(child.pid, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
