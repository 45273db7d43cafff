"""Model changes under load: time of each, requests dropped, and memory over all of them.

Run: `make bench`, or `PYTHONPATH=tests python tests/bench/swaps.py [--swaps 200] [--rate 200]`.
Starts its own Kafka and a ranker; requests come at the rate while the champion changes between two
versions.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import numpy as np

from freshet.config import ServiceConfig
from freshet.topics import broker as topics
from freshet_kafka import local_broker
from freshet_ranker.config import RankerConfig
from harness.services import service
from harness.swaps import catalogue, expected, swap_under_load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swaps", type=int, default=200)
    parser.add_argument("--rate", type=float, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, local_broker("kafka") as broker:
        folder = Path(name)
        config = ServiceConfig(brokers=broker.bootstrap)
        asyncio.run(topics.apply(config, 1))
        asyncio.run(catalogue(config, RankerConfig().embedding_version))
        with service("ranker", config, folder, FRESHET_MODELS_CACHE=f"{folder}/cache") as ranker:
            seen = asyncio.run(
                swap_under_load(config, ranker, folder, swaps=arguments.swaps, rate=arguments.rate)
            )
    missing = expected(seen) - seen.answers.keys()
    twice = sum(count > 1 for count in seen.answers.values())
    memory = np.array(seen.resident_bytes) / 1_048_576
    p50, p99 = np.percentile(np.array(seen.swap_seconds) * 1000, [50, 99])
    print(f"{arguments.swaps} changes at {arguments.rate:.0f} requests/s")
    print(f"requests {seen.asked}, unanswered {len(missing)}, twice {twice}, empty {seen.broken}")
    print(f"from the record to a list of the new model: p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    fifths = ", ".join(f"{part.mean():.1f}" for part in np.array_split(memory, 5))
    print(f"resident memory in MiB, by fifths of the run: {fifths}; largest {memory.max():.1f}")


if __name__ == "__main__":
    main()
