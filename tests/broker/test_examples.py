"""The producer and the consumer of docs/examples, as a stranger starts them."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from freshet.config import ServiceConfig
from freshet.contracts.registry import DEAD_LETTERS
from harness.kafka import log_of
from harness.patience import wait_until
from harness.services import service

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def run(config: ServiceConfig, program: str, *arguments: str) -> list[str]:
    """The lines that an example prints; it knows nothing of Freshet's packages."""
    where = ("--brokers", config.brokers, "--prefix", config.topic_prefix)
    done = subprocess.run(
        [sys.executable, EXAMPLES / program, *where, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


async def test_events_of_your_own_become_lists_that_you_read(
    config: ServiceConfig, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        names = ("catalog", "interests", "ranker")
        _, interests, ranker = (
            stack.enter_context(service(name, config, tmp_path)) for name in names
        )
        assert len(run(config, "producer.py", "items")) == 7
        wait_until(lambda: interests.metric("freshet_interests_catalog_items") == 7)
        wait_until(lambda: ranker.metric("freshet_ranker_items") == 7)

        run(config, "producer.py", "request", "ada")
        head, *items = run(config, "consumer.py", "--lists", "1")
        assert head.startswith("ada: cold_start, by prior@1, for request ")
        assert len(items) == 3

        # Each list is read once: the second run goes on where the first has committed.
        run(config, "producer.py", "click", "ada", "oolong")
        head, *items = run(config, "consumer.py", "--lists", "1")
        assert ", for interest " in head
        assert "oolong" not in {line.split()[1] for line in items}
        assert any("tag tea" in line for line in items)
        assert not await log_of(config, DEAD_LETTERS)
