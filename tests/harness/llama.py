"""llama.cpp's OpenAI-compatible server on a tiny model: a real peer for what asks a model."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freshet_kafka.failures import ComponentMissing
from freshet_kafka.guarded import Guarded, log_tail
from freshet_kafka.ports import free_ports
from harness.patience import wait_until

#: The names of its models, one that writes and one that embeds.
CHAT, EMBED = "tiny-chat", "tiny-embed"

#: What it asks for.
KEY = "sk-of-the-tests"

_TINY_MODEL = Path(__file__).with_name("tiny_model.py")


def llama_python() -> Path:
    """The Python of the environment that the server is installed in, beside this one's."""
    here = Path(sys.prefix)
    found = here.with_name(f"{here.name}-llama") / "bin" / "python"
    if not found.exists():
        raise ComponentMissing(
            f"llama.cpp's server is not built: run `make {found.parents[1].name}/ready`"
        )
    return found


@contextmanager
def llama(folder: Path, phrase: str = "") -> Iterator[str]:
    """A server for the length of a `with` block; gives what `FRESHET_LLM_URL` takes.

    Args:
        folder: for its model and its log.
        phrase: what it says in every string of an answer; nonsense by default.
    """
    python, model = llama_python(), folder / "tiny.gguf"
    subprocess.run([python, _TINY_MODEL, model, phrase], check=True, timeout=60)
    (port,) = free_ports(1)
    common = {"model": str(model), "n_threads": 1, "n_threads_batch": 1, "verbose": False}
    config = folder / "llama.json"
    config.write_text(
        json.dumps(
            {
                "host": "127.0.0.1",
                "port": port,
                "api_key": KEY,
                "interrupt_requests": False,
                "models": [
                    {**common, "model_alias": CHAT, "chat_format": "chatml", "n_ctx": 16_384},
                    {**common, "model_alias": EMBED, "embedding": True, "n_ctx": 2_048},
                ],
            }
        )
    )
    command = [str(python), "-m", "llama_cpp.server", "--config_file", str(config)]
    # The server heeds these before its own settings.
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "CONFIG_FILE": str(config)}
    server = Guarded(command, folder / "llama.log", settings)
    try:

        def is_ready() -> bool:
            ended = server.process.poll() is not None
            assert not ended, f"llama.cpp's server ended:\n{log_tail(server.log)}"
            return _answers(port)

        wait_until(is_ready, said=lambda: log_tail(server.log))
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.stop()


def _answers(port: int) -> bool:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/models", headers={"Authorization": f"Bearer {KEY}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
