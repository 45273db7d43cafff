"""A broker as a guarded child process: started, ready, stopped, never left behind."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from freshet_kafka.commands import kafka_command, tansu_command
from freshet_kafka.failures import BrokerFailed
from freshet_kafka.guarded import Guarded, log_tail
from freshet_kafka.ports import answers_kafka, check_free, free_ports

Kind = Literal["kafka", "embedded"]

START_TIMEOUT_S = 60.0


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
        self._running: Guarded | None = None

    def start(self) -> None:
        """Start and wait until it answers.

        Raises:
            BrokerFailed: its port is taken, it ended, or it did not answer within a minute.
            ComponentMissing: something that it needs is not on this machine.
        """
        # The answer of a broker that is already there would pass for ours.
        check_free(self._port)
        command = (
            kafka_command(self._port, self.data, self._properties)
            if self.kind == "kafka"
            else tansu_command(self._port)
        )
        self._running = Guarded(
            command, self.data / "broker.log", {"RUST_LOG": "warn"}, folder=self.data
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not answers_kafka(self._port):
            self.check()
            if time.monotonic() > deadline:
                self.kill()
                raise self._failed(f"did not answer in {START_TIMEOUT_S:.0f} s")
            time.sleep(0.05)

    def check(self) -> None:
        """Do nothing while it runs.

        Raises:
            BrokerFailed: it ended by itself.
        """
        if self._running is not None and self._running.process.poll() is not None:
            self.kill()
            raise self._failed("ended")

    def stop(self) -> None:
        """End it in order, by force after 20 s."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def kill(self) -> None:
        """End it as a crash would."""
        running, self._running = self._running, None
        if running is not None:
            running.kill()

    def restart(self) -> None:
        """Start it again on the same port and folder."""
        self.stop()
        self.start()

    def _failed(self, how: str) -> BrokerFailed:
        return BrokerFailed(
            f"the {self.kind} broker {how}; its log says:\n{log_tail(self.data / 'broker.log')}"
        )


@contextmanager
def local_broker(
    kind: Kind = "kafka",
    *,
    port: int = 0,
    data_dir: Path | None = None,
    properties: Mapping[str, str] | None = None,
) -> Iterator[Broker]:
    """A broker for the length of a `with` block.

    Args:
        kind: "kafka" or "embedded".
        port: 0 takes a free one.
        data_dir: a folder to keep; by default one that is removed at the end.
        properties: of Apache Kafka's server.properties, over the defaults.

    Raises:
        BrokerFailed: it did not start.
        ComponentMissing: something that it needs is not on this machine.
    """
    # Absolute, for the broker runs in it.
    folder = (data_dir or Path(tempfile.mkdtemp(prefix="freshet-broker-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    broker = Broker(kind, port or free_ports(1)[0], folder, properties or {})
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
        if data_dir is None:
            shutil.rmtree(folder)
