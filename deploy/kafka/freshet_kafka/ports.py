"""Free ports, and whether a Kafka broker answers on one."""

import contextlib
import socket
import struct

from freshet_kafka.failures import BrokerFailed

#: ApiVersions, version 0, correlation id 7, no client id: the first thing any client asks.
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 7, -1)


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def check_free(port: int) -> None:
    """Check that a server could listen on the port.

    Raises:
        BrokerFailed: another one does, or this user may not.
    """
    with socket.socket() as one:
        # As servers do: connections that a broker just left behind are no hindrance.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            raise BrokerFailed(f"127.0.0.1:{port} cannot be used: {error.strerror}") from None


def answers_kafka(port: int) -> bool:
    """Whether something on the port answers the Kafka protocol."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(_API_VERSIONS)
            answer = connection.recv(8, socket.MSG_WAITALL)
    except OSError:
        return False
    return len(answer) == 8 and struct.unpack(">i", answer[4:])[0] == 7
