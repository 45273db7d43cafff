"""Stores over HTTP that misbehave, each in its own manner; they can be mended while they run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

#: silent: takes connections and says nothing. reset: closes them. denied, broken: 403 and 500 for
#: all. half: closes in the midst of a file. short: half of each file, as if that were all. other:
#: bytes of another file. ever: does not stop sending. trickle: nor that, but a byte a second.
Manner = Literal[
    "silent", "reset", "denied", "broken", "half", "short", "other", "ever", "trickle", "well"
]

_ERRORS = {"denied": 403, "broken": 500}


class BadStore:
    """A store of the files of a folder.

    Args:
        folder: what is in it.
        manner: how it behaves; can be set anew.

    Attributes:
        asked: requests that have come.
    """

    def __init__(self, folder: Path, manner: Manner) -> None:
        self.folder = folder
        self.manner: Manner = manner
        self.asked = 0
        self.over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def of(self, artifact: str) -> str:
        """The URL here of an artifact that was stored in the folder."""
        return artifact.replace(f"file://{self.folder}", self.url)

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def bad_store(folder: Path, manner: Manner) -> Iterator[BadStore]:
    """A store for the length of a `with` block."""
    store = BadStore(folder, manner)
    try:
        yield store
    finally:
        store.close()


def _handler(store: BadStore) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._respond(body=False)

        def do_GET(self) -> None:
            self._respond(body=True)

        def _respond(self, body: bool) -> None:
            store.asked += 1
            self.close_connection = True
            manner = store.manner
            file = store.folder / self.path.lstrip("/")
            if manner == "silent":
                store.over.wait()
            elif manner in _ERRORS:
                self.send_error(_ERRORS[manner])
            elif manner != "reset":
                if not file.is_file():
                    self.send_error(404)
                    return
                # The other side may have left.
                with suppress(ConnectionError):
                    self._send(manner, file.read_bytes(), body)

        def _send(self, manner: Manner, content: bytes, body: bool) -> None:
            if manner == "short":
                content = content[: len(content) // 2]
            elif manner == "other":
                content = bytes(len(content))
            self.send_response(200)
            if manner not in ("ever", "trickle"):
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if not body:
                return
            if manner == "half":
                content = content[: len(content) // 2]
            if manner not in ("ever", "trickle"):
                self.wfile.write(content)
                return
            while not store.over.is_set():
                self.wfile.write(bytes(65_536) if manner == "ever" else b"x")
                if manner == "trickle":
                    store.over.wait(1)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
