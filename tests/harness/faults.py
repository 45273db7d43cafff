"""What goes wrong in a running shop, each caused for real and, where that is quick, mended."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS, ITEMS
from freshet.models.registry import write_records
from harness.kafka import send, until
from harness.prometheus import Prometheus
from harness.shop import ITEMS_SOLD, goods
from harness.swaps import versions
from harness.trainers import CANARY, own_topics, shown, trainer
from harness.watched import Alerts, Worker, who_listens

#: How many come at once, in the end.
GUESTS = 100_000

#: What interests may hold here: the least that it takes.
IN_FLIGHT_BYTES = 1_048_576

#: Workers that nothing is wrong with from the start; the others are started by their faults.
SOUND = ("catalog", "interests", "interactions", "trends", "trends aside", "ranker")


@dataclass
class Shop:
    """The system under watch.

    Attributes:
        config: of the services.
        folder: for files.
        workers: by what they are called here.
        server: the Prometheus that watches.
        alerts: what fires.
        opened: set once people are given lists.
    """

    config: ServiceConfig
    folder: Path
    workers: dict[str, Worker]
    server: Prometheus
    alerts: Alerts
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, name: str) -> Worker:
        """Start one that is not sound, and wait until it is ready and watched."""
        worker = self.workers[name]
        worker.start()
        await worker.ready()
        await self.seen(worker, up=1)
        return worker

    async def seen(self, worker: Worker, up: int) -> None:
        """Wait until Prometheus knows whether a worker answers."""

        async def known() -> bool:
            return self.server.value(f'up{{instance="{worker.instance}"}}') == up

        await until(known)


Fault = Callable[[Shop], Awaitable[None]]


def workers(config: ServiceConfig, folder: Path, model_url: str) -> dict[str, Worker]:
    """The processes, not yet started; some have the settings that a fault needs."""
    long = {"FRESHET_SESSION_TIMEOUT_S": "120"}
    writer = {"FRESHET_LLM_CHAT_MODEL": "a", "FRESHET_NARRATIVE_INTERVAL_S": "0"}
    dead = {**writer, "FRESHET_LLM_URL": "http://127.0.0.1:9/v1"}
    thrifty = {**writer, "FRESHET_LLM_URL": model_url, "FRESHET_LLM_REQUESTS_PER_MINUTE": "6"}
    mute = {**writer, "FRESHET_LLM_URL": model_url, "FRESHET_LLM_TOKENS_PER_MINUTE": "1"}
    full = {"FRESHET_MAX_IN_FLIGHT_BYTES": str(IN_FLIGHT_BYTES)}
    return {
        "catalog": Worker("catalog", config, folder),
        "interests": Worker("interests", config, folder, full),
        "interactions": Worker("interactions", config, folder),
        "trends": Worker("trends", config, folder, long),
        "trends 2": Worker("trends", config, folder, long),
        "trends aside": Worker("trends", own_topics(config, "strict"), folder),
        "ranker": Worker("ranker", config, folder),
        "narrator": Worker("narrator", config, folder, dead),
        "narrator thrifty": Worker("narrator-thrifty", config, folder, thrifty),
        "narrator mute": Worker("narrator-mute", config, folder, mute),
        "trainer strict": trainer(config, folder, "strict"),
        "trainer waiting": trainer(config, folder, "waiting"),
    }


async def there_are_no_items(shop: Shop) -> None:
    """People click and ask in an empty shop; then the goods come."""
    await shop.alerts.fired("FreshetNoRecommendations")
    await shop.alerts.fired("FreshetEmptyLists")
    await send(shop.config, ITEMS, goods())
    await shop.alerts.over("FreshetNoRecommendations")
    shop.opened.set()
    await shop.alerts.over("FreshetEmptyLists")


async def some_clicks_are_garbage(shop: Shop) -> None:
    """`people` send one in ten."""
    await shop.alerts.fired("FreshetDeadLetters", job="interests", topic="clicks")
    await shop.alerts.fired("FreshetDeadLetters", job="interactions", topic="clicks")


async def a_champion_is_not_what_its_record_says(shop: Shop) -> None:
    """Its manifest has another hash; then a sound record follows."""
    sound, _ = versions(shop.folder)
    bad = msgspec.structs.replace(sound, event_id="bad", manifest_sha256="0" * 64)
    await write_records(shop.config, [bad])
    await shop.alerts.fired("FreshetModelNotServed", job="ranker")
    await shop.alerts.fired("FreshetStoreUnavailable", job="ranker", store="file")
    await write_records(shop.config, [sound])
    await shop.alerts.over("FreshetModelNotServed")
    await shop.alerts.over("FreshetStoreUnavailable")


async def a_worker_hangs_and_keeps_another_waiting(shop: Shop) -> None:
    """The group waits for the one that hangs before the other gets partitions."""
    hung, waiting = shop.workers["trends"], shop.workers["trends 2"]
    hung.hang()
    waiting.start()
    await shop.alerts.fired("FreshetWorkerDown", job="trends", instance=hung.instance)
    await shop.alerts.fired("FreshetNotReady", job="trends", instance=waiting.instance)
    hung.go_on()
    await shop.alerts.over("FreshetNotReady", instance=waiting.instance)
    await shop.alerts.over("FreshetWorkerDown", instance=hung.instance)


async def a_service_is_killed(shop: Shop) -> None:
    await shop.opened.wait()
    interests = shop.workers["interests"]
    interests.kill()
    await shop.alerts.fired("FreshetServiceDown", job="interests")
    interests.start()
    await shop.alerts.over("FreshetServiceDown")


async def a_worker_crashes_again_and_again(shop: Shop) -> None:
    """One with topics of its own, so that nobody waits for it."""
    worker = shop.workers["trends aside"]

    async def crashed_enough() -> bool:
        worker.kill()
        await shop.seen(worker, up=0)
        worker.start()
        await shop.seen(worker, up=1)
        return shop.alerts.has_fired("FreshetCrashLoop", instance=worker.instance)

    await until(crashed_enough, 180)
    await shop.alerts.over("FreshetCrashLoop")


async def an_endpoint_is_dead(shop: Shop) -> None:
    """Nobody listens where the narrator asks."""
    await shop.start("narrator")
    await shop.alerts.fired("FreshetLlmFails", job="narrator")
    await shop.alerts.fired("FreshetLlmBreakerOpen", job="narrator")
    await shop.alerts.fired("FreshetLlmFallsBack", job="narrator", purpose="narrative")


async def more_is_wanted_than_the_budget_allows(shop: Shop) -> None:
    await shop.start("narrator thrifty")
    await shop.alerts.fired("FreshetLlmOverBudget", job="narrator-thrifty")


async def a_budget_is_smaller_than_a_call(shop: Shop) -> None:
    await shop.start("narrator mute")
    await shop.alerts.fired("FreshetLlmNeverCalled", job="narrator-mute")


async def models_are_no_good(shop: Shop) -> None:
    """A canary that has not shown itself in time, and three models that are far too slow."""
    strict = (await shop.start("trainer strict")).running
    await write_records(own_topics(shop.config, "strict"), [CANARY])
    await shop.alerts.fired("FreshetCanaryRolledBack", job="trainer")
    for number in (1, 2):

        async def refused(so_many: int = number) -> bool:
            strict.child.check()
            return strict.metric('freshet_trainer_decisions_total{stage="refused"}') >= so_many

        await until(refused, 180)
        await shown(own_topics(shop.config, "strict"), number)
    await shop.alerts.fired("FreshetNoModelPasses")


async def a_disk_hangs(shop: Shop) -> None:
    """What the trainer remembers is on a disk that does not answer."""
    waiting = await shop.start("trainer waiting")
    await shop.alerts.fired("FreshetTrainerSilent", instance=waiting.instance)


#: Those that do not disturb each other.
TOGETHER: Sequence[Fault] = (
    there_are_no_items,
    some_clicks_are_garbage,
    a_champion_is_not_what_its_record_says,
    a_worker_hangs_and_keeps_another_waiting,
    a_service_is_killed,
    a_worker_crashes_again_and_again,
    an_endpoint_is_dead,
    more_is_wanted_than_the_budget_allows,
    a_budget_is_smaller_than_a_call,
    models_are_no_good,
    a_disk_hangs,
)


async def the_broker_hangs(shop: Shop) -> None:
    """While a worker has its hands full with the clicks of very many people."""
    interests = shop.workers["interests"]
    interests.hang()
    clicks = [
        Click(
            event_id=f"g{n}",
            event_time=1_700_000_000_000,
            user_id=f"guest-{n}",
            item_id=f"item-{n % ITEMS_SOLD}",
        )
        for n in range(GUESTS)
    ]
    await send(shop.config, CLICKS, clicks)
    broker = who_listens(int(shop.config.brokers.rpartition(":")[2]))
    interests.go_on()

    async def caught_with_its_hands_full() -> bool:
        broker.suspend()
        await asyncio.sleep(0.5)
        if interests.running.metric("freshet_in_flight_bytes") >= IN_FLIGHT_BYTES:
            return True
        broker.resume()
        return False

    await until(caught_with_its_hands_full)
    try:
        await shop.alerts.fired("FreshetWorkerStuck", job="interests")
        await shop.alerts.fired("FreshetBackPressure", job="interests")
        await shop.alerts.fired("FreshetBehind", job="interests")
        # It is named after half a minute; after 40 s of waiting to write a worker would end.
        await shop.alerts.fired("FreshetViewStale", job="ranker", topic="catalog")
    finally:
        broker.resume()
    await shop.alerts.over("FreshetWorkerStuck")
    await shop.alerts.over("FreshetViewStale")


async def everyone_wants_a_list_at_once(shop: Shop) -> None:
    """What those people did has waited for long when the ranker hears of it."""
    await shop.alerts.fired("FreshetFreshnessBurnsFast")
    await shop.alerts.fired("FreshetFreshnessBurnsSlowly")
    await shop.alerts.over("FreshetBehind")


#: Those that stop everything, in this order.
AT_LAST: Sequence[Fault] = (the_broker_hangs, everyone_wants_a_list_at_once)
