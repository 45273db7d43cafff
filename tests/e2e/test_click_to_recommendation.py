"""Through the topics alone: every service as a process, a real Kafka between them."""

import socket
from contextlib import ExitStack
from pathlib import Path

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.inputs import Click, Feedback, Item, Request
from freshet.contracts.recommendations import Recommendations
from freshet.contracts.registry import CLICKS, FEEDBACK, ITEMS, RECOMMENDATIONS, REQUESTS
from harness.kafka import log_of, send, until
from harness.services import Running, service

T0 = 1_700_000_000_000
SUBJECTS = {
    "coffee": "espresso beans, grinders and milk foam for the barista at home",
    "football": "goals, league tables and the national team's next match",
    "gardening": "tomato seeds, pruning roses and compost for the raised bed",
    "茶道": "紫砂茶壶、普洱茶与功夫茶具，适合喜欢喝茶的人",
}


def items() -> list[Item]:
    return [
        Item(
            event_id=f"item-{subject}-{n}",
            event_time=T0 + n,
            item_id=f"{subject}-{n}",
            title=f"{subject} {n}",
            text=text,
            tags=[subject],
            category=subject,
        )
        for subject, text in SUBJECTS.items()
        for n in range(15)
    ]


async def lists(config: ServiceConfig) -> list[Recommendations]:
    records = await log_of(config, RECOMMENDATIONS)
    return [msgspec.json.decode(record.value, type=Recommendations) for record in records]


async def newest(config: ServiceConfig, user: str, event_id: str) -> Recommendations:
    """The list that knows an event, as soon as it is there."""
    found: list[Recommendations] = []

    async def is_there() -> bool:
        found[:] = [
            one
            for one in await lists(config)
            if one.user_id == user and event_id in (one.trigger.event_id, _cause(one))
        ]
        return bool(found)

    await until(is_there)
    return found[-1]


def _cause(made: Recommendations) -> str:
    return made.caused_at.event_id if made.caused_at else ""


async def running(stack: ExitStack, config: ServiceConfig, folder: Path) -> list[Running]:
    """Every service, and the items known to those that must know them."""
    names = ("catalog", "interactions", "trends", "interests", "ranker")
    services = [stack.enter_context(service(name, config, folder)) for name in names]
    await send(config, ITEMS, items())
    *_, interests, ranker = services

    async def know_the_items() -> bool:
        known = interests.metric("freshet_interests_catalog_items")
        return known == ranker.metric("freshet_ranker_items") == 60

    await until(know_the_items)
    return services


async def test_a_click_comes_back_as_recommendations_that_know_it(
    config: ServiceConfig, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        *_, ranker = await running(stack, config, tmp_path)
        stranger = Request(event_id="r1", event_time=T0, user_id="ada", count=4)
        key, value = b"ada", encode(stranger)
        await send(config, REQUESTS, [(key, value)])
        first = await newest(config, "ada", "r1")
        assert first.strategy == "cold_start"
        assert (len(first.items), first.trigger.correlation_id) == (4, "r1")

        clicks = [
            Click(event_id=f"c{n}", event_time=T0 + n, user_id="ada", item_id=f"茶道-{n}")
            for n in range(4)
        ]
        await send(config, CLICKS, clicks)
        made = await newest(config, "ada", "c3")
        assert made.strategy == "personalised"
        # All but what explores.
        assert sum(one.item_id.startswith("茶道") for one in made.items[:6]) >= 4
        assert not {f"茶道-{n}" for n in range(4)} & {one.item_id for one in made.items}
        assert made.interests[0].tag == "茶道"
        assert {reason.kind for reason in made.items[0].reasons} & {"tag", "because_of"}
        assert made.model_version == "prior@1"

        hidden = made.items[0].item_id
        hide = Feedback(
            event_id="f1", event_time=T0 + 10, user_id="ada", item_id=hidden, kind="hide"
        )
        await send(config, FEEDBACK, [hide])
        after = await newest(config, "ada", "f1")
        assert hidden not in {one.item_id for one in after.items}

        await send(config, ITEMS, [(after.items[0].item_id.encode(), None)])

        async def withdrawn_is_gone() -> bool:
            again = Request(event_id=f"r{len(await lists(config))}", event_time=T0, user_id="ada")
            await send(config, REQUESTS, [again])
            made = await newest(config, "ada", again.event_id)
            return after.items[0].item_id not in {one.item_id for one in made.items}

        await until(withdrawn_is_gone)
        assert ranker.metric("freshet_freshness_seconds_count") > 0


async def test_a_killed_ranker_answers_again_from_what_the_topics_hold(
    config: ServiceConfig, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        *_, ranker = await running(stack, config, tmp_path)
        click = Click(event_id="c", event_time=T0, user_id="eve", item_id="coffee-1")
        await send(config, CLICKS, [click])
        await newest(config, "eve", "c")
        ranker.child.kill()
        await send(config, REQUESTS, [Request(event_id="r", event_time=T0, user_id="eve")])
        stack.enter_context(service("ranker", config, tmp_path))
        made = await newest(config, "eve", "r")
        assert made.interests[0].tag == "coffee"
        assert made.caused_at is not None
        assert made.caused_at.event_id == "c"


def test_a_service_without_its_topics_says_so_and_leaves(
    empty: ServiceConfig, tmp_path: Path
) -> None:
    with service("ranker", empty, tmp_path, ready=False) as ranker:
        assert ranker.ended() == 1
        assert "freshet topics apply" in ranker.log()


def test_a_wrong_setting_is_named(empty: ServiceConfig, tmp_path: Path) -> None:
    with service(
        "ranker", empty, tmp_path, ready=False, FRESHET_EXPLORATION="2", FRESHET_HTTP_PORT="80x"
    ) as ranker:
        assert ranker.ended() == 2
        assert "FRESHET_" in ranker.log()


def test_a_port_that_is_taken_is_named(config: ServiceConfig, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with service("ranker", config, tmp_path, ready=False, FRESHET_HTTP_PORT=port) as ranker:
            assert ranker.ended() == 2
            assert "FRESHET_HTTP_PORT" in ranker.log()
