"""`freshet explain` on a real broker: what the topics hold, through the model that serves."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from freshet.config import ServiceConfig
from freshet.contracts.derived import Interests
from freshet.contracts.inputs import Click, Request
from freshet.contracts.models import ModelRecord
from freshet.contracts.recommendations import Recommendations, Trigger
from freshet.contracts.registry import CATALOG, INTERESTS, RECOMMENDATIONS, REQUESTS
from freshet.domain.interest.catalog import CatalogKnowledge
from freshet.domain.interest.fold import Arrived, fold
from freshet.domain.ranking.inventory import Inventory
from freshet.domain.ranking.popularity import Popularity
from freshet.domain.ranking.rank import Ranking
from freshet.domain.ranking.request import RankingRequest
from freshet.models.artifacts import store
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.models.manifest import read_manifest, write_manifest
from freshet.models.registry import write_records
from freshet_ranker.config import PRIOR
from freshet_ranker.onnx_scorer import OnnxScorer
from harness.commands import freshet
from harness.kafka import send
from harness.ranking import T0, item, put

ITEMS = [
    item(n, embedding_version=EMBEDDING_VERSION, title=f"[bold]thing[/bold] {n}") for n in range(80)
]


class Shop:
    """What the services of a shop would have written."""

    def __init__(self) -> None:
        self.inventory, self.knowledge = Inventory(EMBEDDING_VERSION), CatalogKnowledge()
        for one in ITEMS:
            put(self.inventory, one)
            self.knowledge.put(one.item_id, one)

    def state(self, user_id: str, *clicked: int) -> Interests:
        clicks = [
            Click(
                event_id=f"{user_id}-{at}",
                event_time=T0 + at,
                user_id=user_id,
                item_id=f"item-{n}",
            )
            for at, n in enumerate(clicked)
        ]
        arrived = [Arrived("clicks", n, T0 + n, one) for n, one in enumerate(clicks)]
        state = fold(None, arrived, self.knowledge)
        assert state is not None
        return state

    def made(self, state: Interests, **asked: Any) -> Recommendations:
        scorer = OnnxScorer(PRIOR, self.inventory, 1)
        scorer.encode(np.arange(len(self.inventory)))
        fields: dict[str, Any] = {
            "trigger": Trigger(kind="interest", event_id=state.event_id),
            **asked,
        }
        request = RankingRequest(
            user_id=state.user_id, state=state, cause=state.caused_at, **fields
        )
        ranking = Ranking(self.inventory, Popularity(self.inventory), 0.05)
        (made,) = ranking.rank([request], scorer, time.time_ns() // 1_000_000)
        return made


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def topics(config: ServiceConfig, shop: Shop) -> ServiceConfig:
    """Of ada a list of today, of eve a request's list, of bob a state alone; and many others."""
    ada, eve = shop.state("ada", 0, 5, 10, 1), shop.state("eve", 2, 7)
    others = [shop.state(f"other-{n}", n, n + 1) for n in range(60)]
    request = Request(
        event_id="r1", event_time=T0, user_id="eve", count=4, exclude=["item-12"], query="space"
    )
    trigger = Trigger(kind="request", event_id="r1", correlation_id="r1")
    asked = {"count": 4, "exclude": ["item-12"], "query": "space"}
    await send(config, CATALOG, ITEMS)
    await send(config, INTERESTS, [shop.state("ada", 0), ada, eve, shop.state("bob", 3), *others])
    await send(config, REQUESTS, [request])
    lists = [shop.made(ada), shop.made(eve, trigger=trigger, **asked), *map(shop.made, others)]
    await send(config, RECOMMENDATIONS, lists)
    return config


def told(config: ServiceConfig, *arguments: str) -> dict[str, Any]:
    code, said = freshet(config, "explain", *arguments, "--json")
    assert code == 0, said
    found: dict[str, Any] = json.loads(said)
    return found


def test_the_list_on_the_topic_is_explained(topics: ServiceConfig, shop: Shop) -> None:
    explained = told(topics, "ada")
    published, made = explained["published"], explained["made"]
    assert published["user_id"] == "ada"
    assert made["recommendation_id"] == published["recommendation_id"]
    assert [one["item_id"] for one in made["items"]] == [
        one["item_id"] for one in published["items"]
    ]
    assert explained.get("differs", []) == []
    assert made["interests"][0]["tag"] == "sea"
    assert made["strategy_reason"] == "interest"
    by_score = next(one for one in made["items"] if one["reasons"][0]["kind"] != "explore")
    place = explained["places"][by_score["rank"]]
    acts = [part["act"]["item_id"] for part in place["raised_by"] if "act" in part]
    assert acts
    assert set(acts) <= {"item-0", "item-5", "item-10"}
    assert "item-10" in explained["titles"]


def test_it_is_told_as_tables_and_titles_are_no_markup(topics: ServiceConfig) -> None:
    code, said = freshet(topics, "explain", "ada", "item-0")
    assert code == 0, said
    for part in (
        "ada: personalised, as acts agree on an interest",
        "prior@1",
        "steady",
        "its score is lower without",
        "[bold]thing[/bold] 10",
        "not in the list: the user acted on it lately",
        "content_fast",
    ):
        assert part in said, part


def test_the_list_of_a_request_is_made_again_with_what_it_asked_for(
    topics: ServiceConfig,
) -> None:
    explained = told(topics, "eve", "item-12")
    assert len(explained["made"]["items"]) == 4
    assert explained["made"]["intent"]["tags"] == ["space"]
    assert explained["item"]["standing"] == "excluded"
    raised = told(topics, "eve", "item-3")["item"]["raised_by"]
    assert any(part.get("asked") == "space" for part in raised)


def test_a_user_without_a_list_is_told_the_list_there_would_be(topics: ServiceConfig) -> None:
    explained = told(topics, "bob")
    assert "published" not in explained
    assert "no list of this user is on the topic" in explained["differs"][0]
    assert explained["made"]["strategy"] == "explore"


async def test_an_act_since_the_list_is_said(topics: ServiceConfig, shop: Shop) -> None:
    await send(topics, INTERESTS, [shop.state("ada", 0, 5, 10, 1, 6)])
    explained = told(topics, "ada")
    assert "the user has acted since the newest list was made" in explained["differs"]
    assert explained["made"]["trigger"]["event_id"] == "ada-4"


async def test_the_model_that_serves_is_the_one_that_is_asked(
    topics: ServiceConfig, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(PRIOR, folder)
    write_manifest(folder, msgspec.structs.replace(read_manifest(folder), version="7"))
    url, digest = store(folder, f"file://{tmp_path}/store")
    record = ModelRecord(
        event_id="prior@7/champion",
        event_time=T0,
        model="prior@7",
        stage="champion",
        artifact=url,
        manifest_sha256=digest,
        architecture="prior",
    )
    await write_records(topics, [record])
    explained = told(topics, "ada")
    assert explained["made"]["model_version"] == "prior@7"
    assert "the newest list was made by prior@1" in explained["differs"]


def test_who_and_what_is_unknown_is_said_with_an_exit_code(topics: ServiceConfig) -> None:
    code, said = freshet(topics, "explain", "nobody")
    assert (code, "nothing is known of user nobody" in said) == (1, True)
    code, said = freshet(topics, "explain", "ada", "nothing")
    assert (code, "item nothing is not in the catalog" in said) == (1, True)


def test_without_topics_it_says_so(empty: ServiceConfig) -> None:
    code, said = freshet(empty, "explain", "ada")
    assert (code, "freshet topics apply" in said) == (1, True)


def test_without_a_broker_it_says_so(empty: ServiceConfig) -> None:
    nowhere = msgspec.structs.replace(empty, brokers="127.0.0.1:1")
    code, said = freshet(nowhere, "explain", "ada")
    assert (code, "FRESHET_BROKERS" in said) == (1, True)


def test_a_wrong_setting_is_named(empty: ServiceConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRESHET_LIST_SIZE", "0")
    code, said = freshet(empty, "explain", "ada")
    assert (code, "FRESHET_LIST_SIZE" in said) == (2, True)


async def test_a_user_who_was_forgotten_is_unknown(topics: ServiceConfig) -> None:
    await send(topics, INTERESTS, [(b"bob", None)])
    code, said = freshet(topics, "explain", "bob")
    assert (code, "nothing is known of user bob" in said) == (1, True)
