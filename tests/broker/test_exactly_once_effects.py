"""Workers are killed, join and leave; every event has its effect once."""

import asyncio
import itertools
from pathlib import Path
from typing import Any

from freshet.config import ServiceConfig
from freshet.contracts.registry import CLICKS
from harness.clicks import (
    USERS,
    all_committed,
    assert_offsets_never_go_back,
    clicks,
    published,
    recomputed,
    send_steadily,
)
from harness.kafka import alongside, send, until
from harness.services import service


async def test_a_worker_killed_again_and_again_neither_loses_nor_repeats(
    config: ServiceConfig, tmp_path: Path
) -> None:
    async with alongside(send_steadily(config, 0, sets=60, size=500)):
        for _ in range(3):
            with service("interests", config, tmp_path) as worker:
                seen = 'freshet_records_total{topic="clicks"}'

                async def has_begun(worker: Any = worker, seen: str = seen) -> bool:
                    return bool(worker.metric(seen) > 500)

                await until(has_begun)
                worker.child.kill()
    with service("interests", config, tmp_path):
        await until(lambda: all_committed(config))
    states = await published(config)
    assert sum(state.counters.clicks for state in states.values()) == 30_000
    assert states == await recomputed(config)


async def test_workers_that_join_and_leave_share_the_work_without_a_trace(
    config: ServiceConfig, tmp_path: Path
) -> None:
    async with alongside(send_steadily(config, 0, sets=80, size=300)):
        with service("interests", config, tmp_path) as first:
            with service("interests", config, tmp_path) as second:
                taken = 'freshet_records_total{topic="clicks"}'

                async def both_work() -> bool:
                    return bool(first.metric(taken) > 0 and second.metric(taken) > 0)

                await until(both_work)
            # The second has left in order; the first owns all partitions again.
            assert second.child.process.returncode == 0, second.log()
            await until(lambda: all_committed(config))
            await asyncio.sleep(0)
    with service("interests", config, tmp_path):
        await until(lambda: all_committed(config))
    await assert_offsets_never_go_back(config)
    states = await published(config)
    assert sum(state.counters.clicks for state in states.values()) == 24_000
    assert states == await recomputed(config)


async def test_order_is_kept_within_a_user(config: ServiceConfig, tmp_path: Path) -> None:
    sent = clicks(0, 20_000)
    await send(config, CLICKS, sent)
    with service("interests", config, tmp_path):
        await until(lambda: all_committed(config))
    for state in (await published(config)).values():
        times = state.recent.times_ms
        assert times == sorted(times)
        mine = [click.event_time for click in sent if click.user_id == state.user_id]
        assert times == mine[-len(times) :]
    assert len(list(itertools.chain(await published(config)))) == USERS
