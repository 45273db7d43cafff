"""Freezes and stalls of workers under load: is every state in the end the fold of the log?

Run: `make freezes`, or this file with [--freezes N] [--stalls N] [--rate R].
Starts its own Kafka, two workers each of interests, interactions and trends; one of each reaches
Kafka through a proxy. A freeze stops one worker (SIGSTOP) for longer than its session, a stall lets
nothing through the proxy for 16 s or more. Exits with 1 if an event was lost or a state is wrong.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from freshet.config import ServiceConfig
from freshet.contracts.registry import CATALOG
from freshet.topics import broker as topics
from harness.cut_off import SESSION_S, Workers, workers
from harness.happened import ITEMS
from harness.kafka import send
from harness.proxy import proxied_broker
from harness.true_states import Found, found, send_events

_STALL_S = 16

#: What the workers' logs say, and what it is called here.
_SAID = {
    "micro-batches dropped": "a micro-batch was dropped",
    "loads that wrote states again": "states had gone back",
    "loads that read events again": "states had parted",
}


async def interrupt(them: Workers, faults: list[str], draw: random.Random) -> None:
    """Cause the faults, one after the other."""
    started = time.monotonic()
    for number, fault in enumerate(faults, 1):
        await asyncio.sleep(draw.uniform(1, 3))
        if fault == "freeze":
            await them.freeze(draw.randrange(6), SESSION_S + draw.uniform(2, 4))
        else:
            await them.stall(_STALL_S + draw.uniform(0, 2))
        print(f"{number}/{len(faults)} {fault}, {time.monotonic() - started:.0f} s", flush=True)


async def run(config: ServiceConfig, them: Workers, faults: list[str], rate: int) -> list[Found]:
    """Cause the faults under load; returns what came of it."""
    await topics.apply(config, 1)
    await send(config, CATALOG, ITEMS)
    is_over = False
    sending = asyncio.create_task(send_events(config, rate, lambda: is_over))
    try:
        await them.start()
        await interrupt(them, faults, random.Random(len(faults)))
    finally:
        is_over = True
    print(f"{await sending} events sent", flush=True)
    await them.done()
    return await found(config)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--freezes", type=int, default=10)
    parser.add_argument("--stalls", type=int, default=10)
    parser.add_argument("--rate", type=int, default=300, help="events a second")
    arguments = parser.parse_args()
    faults = ["freeze"] * arguments.freezes + ["stall"] * arguments.stalls
    random.Random(1).shuffle(faults)
    with tempfile.TemporaryDirectory() as name, proxied_broker() as (broker, proxy):
        config = ServiceConfig(brokers=broker.bootstrap)
        with workers(config, Path(name), proxy) as them:
            results = asyncio.run(run(config, them, faults, arguments.rate))
            for what, text in _SAID.items():
                print(f"{what}: {them.said(text)}")
    for one in results:
        print(one)
    return int(any(one.lost or one.wrong or one.wrong_last for one in results))


if __name__ == "__main__":
    sys.exit(main())
