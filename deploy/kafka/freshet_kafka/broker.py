"""A broker as a guarded child process: started, ready, stopped, never left behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

from freshet_kafka.commands import kafka_command, tansu_command
from freshet_kafka.ports import answers_kafka, free_ports

Kind = Literal["kafka", "embedded"]

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0


class BrokerFailed(Exception):
    """A broker did not start; the text ends with what its log said last."""


class Broker:
    """A broker on 127.0.0.1.

    Attributes:
        kind: "kafka" is Apache Kafka and keeps its data; "embedded" keeps nothing.
        bootstrap: where it answers, "127.0.0.1:PORT".
        data: its folder.
    """

    def __init__(self, kind: Kind, port: int, data: Path, properties: Mapping[str, str]) -> None:
        self.kind = kind
        self.bootstrap = f"127.0.0.1:{port}"
        self.data = data
        self._port = port
        self._properties = properties
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers.

        Raises:
            BrokerFailed: it ended, or did not answer within a minute.
            ComponentMissing: something that it needs is not on this machine.
        """
        command = (
            kafka_command(self._port, self.data, self._properties)
            if self.kind == "kafka"
            else tansu_command(self._port)
        )
        self._log = (self.data / "broker.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "freshet_kafka.guard", *command],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=self.data,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "RUST_LOG": "warn"},
            # Ctrl-C in a terminal goes to the foreground group: it is ours to stop, not the
            # terminal's.
            start_new_session=True,
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not answers_kafka(self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                ended = self._process.poll() is not None
                self.kill()
                raise BrokerFailed(
                    f"the {self.kind} broker {'ended' if ended else 'did not answer in time'};"
                    f" its log says:\n{self.log_tail()}"
                )
            time.sleep(0.05)
        # An answer by another process on the port is not ours.
        if self._process.poll() is not None:
            self.kill()
            raise BrokerFailed(f"port {self._port} is taken; the log says:\n{self.log_tail()}")

    def stop(self) -> None:
        """End it in order, by force after 20 s."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start it again on the same port and folder."""
        self.stop()
        self.start()

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of its log."""
        text = (self.data / "broker.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None, "it was opened as a pipe"
        if how is signal.SIGTERM and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                how = signal.SIGKILL
        # The guard kills the broker when its standard input ends.
        process.stdin.close()
        process.wait(STOP_TIMEOUT_S)
        if self._log is not None:
            self._log.close()


@contextmanager
def local_broker(
    kind: Kind = "kafka",
    *,
    port: int = 0,
    data: Path | None = None,
    properties: Mapping[str, str] | None = None,
) -> Iterator[Broker]:
    """A broker for the length of a `with` block.

    Args:
        kind: "kafka" or "embedded".
        port: 0 takes a free one.
        data: a folder to keep; by default one that is removed at the end.
        properties: of Apache Kafka's server.properties, over the defaults.

    Raises:
        BrokerFailed: it did not start.
        ComponentMissing: something that it needs is not on this machine.
    """
    folder = data or Path(tempfile.mkdtemp(prefix="freshet-broker-"))
    folder.mkdir(parents=True, exist_ok=True)
    broker = Broker(kind, port or free_ports(1)[0], folder, properties or {})
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
        if data is None:
            shutil.rmtree(folder)
