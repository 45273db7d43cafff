"""A network that can fail: a few lines of TCP between the clients and a broker."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from freshet_kafka import Broker, local_broker
from freshet_kafka.ports import free_ports

#: Closing sends a reset at once, whatever waits to be sent.
_HARD = struct.pack("ii", 1, 0)


class Proxy:
    """Passes bytes on between a port and a broker until it is told not to.

    A stalled network is what a dropped route or a frozen switch is: connections stay, can even be
    made, and nothing comes through.

    Args:
        port: of 127.0.0.1, where it listens.
        target: port of the broker.
    """

    def __init__(self, port: int, target: int) -> None:
        self.address = f"127.0.0.1:{port}"
        self._target = target
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._room: int | None = None
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def is_stalled(self) -> bool:
        return not self._flowing.is_set()

    def stall(self) -> None:
        """From now on nothing comes through."""
        self._flowing.clear()

    def stall_after(self, size: int) -> None:
        """Nothing comes through once so many bytes have come from the broker."""
        with self._lock:
            self._room = size

    def go_on(self) -> None:
        """Whatever waits comes through, and what follows."""
        with self._lock:
            self._room = None
        self._flowing.set()

    def cut(self) -> None:
        """Every connection is reset."""
        with self._lock:
            connections, self._open = self._open, set()
        for one in connections:
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD)
                # Wakes who reads it; closing alone would not.
                one.shutdown(socket.SHUT_RD)
            one.close()

    def close(self) -> None:
        self._server.close()
        self._flowing.set()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._flowing.wait()
        try:
            broker = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        with self._lock:
            self._open |= {client, broker}
        back = threading.Thread(target=self._pump, args=(broker, client, True), daemon=True)
        back.start()
        self._pump(client, broker, False)
        back.join()
        with self._lock:
            self._open -= {client, broker}
        client.close()
        broker.close()

    def _pump(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if counted:
                    self._count(len(data))
                self._flowing.wait()
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _count(self, size: int) -> None:
        with self._lock:
            if self._room is not None:
                self._room -= size
                if self._room <= 0:
                    self._room = None
                    self._flowing.clear()


@contextmanager
def proxied_broker() -> Iterator[tuple[Broker, Proxy]]:
    """Apache Kafka with a second way to it, through a proxy: who comes by it stays on it."""
    direct, behind, front, controller = free_ports(4)
    properties = {
        "listeners": f"PLAINTEXT://127.0.0.1:{direct},BEHIND://127.0.0.1:{behind},"
        f"CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{direct},BEHIND://127.0.0.1:{front}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,BEHIND:PLAINTEXT,"
        "CONTROLLER:PLAINTEXT",
    }
    with local_broker("kafka", port=direct, properties=properties) as broker:
        proxy = Proxy(front, behind)
        try:
            yield broker, proxy
        finally:
            proxy.close()
