"""What the topics say of a user now, and why the user's list is as it is. Nothing is written."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry

from freshet.contracts.derived import Interests
from freshet.contracts.inputs import Request
from freshet.contracts.recommendations import Recommendations, Trigger
from freshet.contracts.registry import (
    CATALOG,
    INTERESTS,
    MODELS,
    RECOMMENDATIONS,
    REQUESTS,
    TRENDS,
)
from freshet.domain.explanation.explanation import Explanation, explain
from freshet.domain.explanation.occlusion import Served
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from freshet.streaming.batch import Batch
from freshet.streaming.global_table import GlobalTable
from freshet.streaming.global_table_reader import GlobalTableReader
from freshet.streaming.metrics import streaming_metrics
from freshet.streaming.preflight import check_topics
from freshet_ranker.config import RankerConfig
from freshet_ranker.explain.latest_record import latest_record
from freshet_ranker.item_tables import ItemTables
from freshet_ranker.metrics import ranker_metrics
from freshet_ranker.model_router import ModelRouter
from freshet_ranker.service import build_service


class Unknown(Exception):
    """There is no such user, or no such item; the text says which."""


async def explain_user(config: RankerConfig, user_id: str, item_id: str | None) -> Explanation:
    """Make a user's list again out of what the topics hold now, and say why it is as it is.

    Args:
        config: of a ranker of this deployment.
        user_id: whose list.
        item_id: an item to be told about, in the list or not.

    Raises:
        Unknown: nothing is known of the user, or the item is not in the catalog.
        PreflightFailed: no broker answers, or its topics are not as they must be.
        ModelRefused: the built-in model is not fit to serve.
    """
    await check_topics(build_service(config), config)
    state: Interests | None = await latest_record(config, INTERESTS, user_id)
    published: Recommendations | None = await latest_record(config, RECOMMENDATIONS, user_id)
    if state is None and published is None:
        raise Unknown(
            f"nothing is known of user {user_id}: no act, and no list on {config.brokers}"
        )
    request = None
    if published is not None and published.trigger.kind == "request":
        asked = published.trigger.event_id
        request = await latest_record(config, REQUESTS, user_id, lambda one: one.event_id == asked)
    catalog = CatalogKnowledge(config.embedding_version)
    titles: dict[str, str] = {}
    tables = ItemTables(config.embedding_version)
    router = _router(config, tables)

    def apply(batch: Batch) -> None:
        tables.apply(batch)
        if batch.topic is CATALOG:
            for record in batch.records:
                catalog.put(record.key.decode(errors="replace"), record.message)
                if record.message is not None:
                    titles[record.message.item_id] = record.message.title

    await _read(config, GlobalTable((CATALOG, TRENDS), apply))
    await _read(config, GlobalTable((MODELS,), router.apply))
    await router.prepare()
    if item_id is not None and item_id not in titles:
        raise Unknown(f"item {item_id} is not in the catalog")
    scorer, _ = router.for_user(user_id)
    ranking_request = _ranking_request(config, user_id, state, published, request)
    served = Served(
        ranking=Ranking(tables.inventory, tables.popularity, config.exploration),
        scorer=scorer,
        inventory=tables.inventory,
        knowledge=catalog,
        now_ms=time.time_ns() // 1_000_000,
    )
    explained = explain(ranking_request, item_id, served)
    return msgspec.structs.replace(
        explained,
        published=published,
        differs=list(_differences(explained.made, published, request)),
        titles={one: titles[one] for one in _named(explained) if one in titles},
    )


def _router(config: RankerConfig, tables: ItemTables) -> ModelRouter:
    metrics = ranker_metrics(CollectorRegistry())
    built_in = Path(config.model_dir)
    router = ModelRouter(
        tables.inventory, built_in, config.cache, 1, metrics, config.store_timeout_s
    )
    tables.changed = router.learn
    return router


async def _read(config: RankerConfig, table: GlobalTable) -> None:
    """Fill a table with what its topics hold now."""
    metrics = streaming_metrics(CollectorRegistry(), ())
    await GlobalTableReader(table, config, "freshet-explain", metrics).read()


def _ranking_request(
    config: RankerConfig,
    user_id: str,
    state: Interests | None,
    published: Recommendations | None,
    request: Request | None,
) -> RankingRequest:
    """The ask that led to the published list; if there is none, or it is old, what would now."""
    cause = state.caused_at if state is not None else None
    asked: dict[str, Any] = {"count": config.list_size, "seen": config.seen}
    if state is not None and (published is None or published.caused_at != cause):
        trigger = Trigger(kind="interest", event_id=state.event_id)
    else:
        assert published is not None, "there is a state or a list"
        trigger = published.trigger
        if request is not None:
            names = ("count", "exclude", "category", "query")
            asked |= {name: getattr(request, name) for name in names}
            asked["seen"] = request.seen or config.seen
    return RankingRequest(user_id=user_id, state=state, trigger=trigger, cause=cause, **asked)


def _differences(
    made: Recommendations, published: Recommendations | None, request: Request | None
) -> Iterator[str]:
    """In what the list of now is another than the published one, and why."""
    if published is None:
        yield "no list of this user is on the topic: this is the one that would be made now"
        return
    if published.trigger.kind == "request" and request is None:
        yield "the request for the newest list is not kept any more: what it asked for is not known"
    if published.caused_at != made.caused_at:
        yield "the user has acted since the newest list was made"
    if published.model_version != made.model_version:
        yield f"the newest list was made by {published.model_version}"
    before, now = ([one.item_id for one in each.items] for each in (published, made))
    if before != now:
        gone, new = len(set(before) - set(now)), len(set(now) - set(before))
        yield (
            f"of the newest list {gone} items are not in this one, {new} are new: trends, catalog"
            " and time move on"
        )


def _named(explained: Explanation) -> set[str]:
    """All items that an explanation names."""
    parts = [part for place in explained.places for part in place.raised_by]
    acts = [act for interest in explained.made.interests for act in interest.evidence]
    ids = [place.item_id for place in explained.places]
    if explained.item is not None:
        parts += explained.item.raised_by + explained.item.lowered_by
        ids.append(explained.item.item_id)
    acts += [part.act for part in parts if part.act is not None]
    ids += [act.item_id for act in acts if act.item_id is not None]
    reasons = [reason for item in explained.made.items for reason in item.reasons]
    return {*ids, *(reason.item_id for reason in reasons if reason.item_id is not None)}
