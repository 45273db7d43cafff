"""Workers are added and taken away under load: nothing is lost, nothing counts twice."""

import asyncio
import itertools
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.inputs import Item
from freshet.contracts.recommendations import Recommendations
from freshet.contracts.registry import CATALOG, CLICKS, INTERESTS, ITEMS, RECOMMENDATIONS
from harness.clicks import (
    ITEM_COUNT,
    USERS,
    all_committed,
    assert_offsets_never_go_back,
    clicks,
    published,
    recomputed,
)
from harness.kafka import alongside, log_of, newest_of, send, uncommitted, until
from harness.services import Running, service

SIZE = 40
SCALED = ("interests", "ranker")

#: Without leaving its group a worker would hold its partitions for so long.
SESSION_S = 120

_made = msgspec.json.Decoder(Recommendations).decode


def workers(
    stack: ExitStack, count: int, config: ServiceConfig, folder: Path
) -> list[tuple[Running, ...]]:
    """So many workers of each service that is scaled, started together."""
    started = [
        tuple(
            stack.enter_context(
                service(name, config, folder, ready=False, FRESHET_SESSION_TIMEOUT_S=str(SESSION_S))
            )
            for name in SCALED
        )
        for _ in range(count)
    ]
    for pair in started:
        for worker in pair:
            worker.wait_ready()
    return started


async def know_the_items(config: ServiceConfig, folder: Path) -> None:
    items = [
        Item(
            event_id=f"i{n}",
            event_time=1_700_000_000_000,
            item_id=f"item-{n}",
            title=f"Item {n}",
            tags=[f"subject {n % 7}"],
        )
        for n in range(ITEM_COUNT)
    ]
    await send(config, ITEMS, items)

    async def all_known() -> bool:
        return len(await newest_of(config, CATALOG)) == ITEM_COUNT

    with service("catalog", config, folder):
        await until(all_known)


async def work(pairs: list[tuple[Running, ...]]) -> bool:
    """Whether every worker has been given records."""
    sources = {"interests": "clicks", "ranker": "interests"}
    return all(
        worker.metric(f'freshet_records_total{{topic="{sources[worker.name]}"}}') > 0
        for pair in pairs
        for worker in pair
    )


def stop(pairs: list[tuple[Running, ...]]) -> float:
    """End workers as Kubernetes does, all at once; seconds until the last is gone."""
    started = time.monotonic()
    for pair in pairs:
        for worker in pair:
            worker.child.process.terminate()
    for pair in pairs:
        for worker in pair:
            assert worker.ended() == 0, worker.log()
    return time.monotonic() - started


async def all_answered(config: ServiceConfig) -> bool:
    return await all_committed(config) and await uncommitted(config, "ranker", INTERESTS) == 0


async def send_until(config: ServiceConfig, done: asyncio.Event) -> None:
    """Send some hundreds of clicks a second until told."""
    for number in itertools.count():
        await send(config, CLICKS, clicks(number * SIZE, SIZE))
        await asyncio.sleep(0.05)
        if done.is_set():
            return


async def test_one_worker_then_four_then_two_lose_nothing_under_load(
    config: ServiceConfig, tmp_path: Path
) -> None:
    await know_the_items(config, tmp_path)
    done = asyncio.Event()
    with ExitStack() as stack:
        first = await asyncio.to_thread(workers, stack, 1, config, tmp_path)
        async with alongside(send_until(config, done)):
            await until(partial(work, first))
            added = await asyncio.to_thread(workers, stack, 3, config, tmp_path)
            await until(partial(work, added))
            assert await asyncio.to_thread(stop, added[:2]) < 20
            done.set()
        # Those that are left own all partitions: a session would last longer than this.
        await until(partial(all_answered, config), SESSION_S / 4)
    await assert_offsets_never_go_back(config)
    states = await published(config)
    sent = len(await log_of(config, CLICKS))
    assert sum(state.counters.clicks for state in states.values()) == sent
    assert states == await recomputed(config)
    lists = {key: _made(value) for key, value in (await newest_of(config, RECOMMENDATIONS)).items()}
    assert lists.keys() == states.keys()
    assert len(lists) == USERS
    for key, state in states.items():
        # The newest list of each user knows the user's last click.
        assert lists[key].caused_at == state.caused_at
