"""Items become entries at once; what else the settings ask for is added beside the inputs."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from aiohttp import web

from freshet.config import ServiceConfig
from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Item
from freshet.contracts.registry import CATALOG, ITEMS
from freshet.domain.content.document import content_hash
from freshet.models.embedding import EMBEDDING_VERSION
from harness.endpoint import chat_body, endpoint, says
from harness.kafka import alongside, log_of, newest_of, send, uncommitted, until
from harness.services import service
from harness.understanding import item

ITEM_COUNT = 60
SPACE = "embedder-128"

_entry = msgspec.json.Decoder(CatalogItem).decode


def items() -> list[Item]:
    return [
        item(
            event_id=f"e{n}",
            item_id=f"item-{n}",
            title=f"Clay teapot number {n}",
            text="A teapot for green tea, made by hand from the clay of Yixing.",
        )
        for n in range(ITEM_COUNT)
    ]


async def entries(config: ServiceConfig) -> list[CatalogItem]:
    return [_entry(value) for value in (await newest_of(config, CATALOG)).values()]


async def answers(request: web.Request) -> web.Response:
    body = await request.json()
    if request.path.endswith("/embeddings"):
        vector = np.ones(300).tolist()
        data = [{"index": n, "embedding": vector} for n in range(len(body["input"]))]
        return web.json_response({"data": data})
    return web.json_response(chat_body({"tags": ["green tea", "casino"]}))


async def test_a_language_model_adds_to_entries_that_are_there_without_it(
    config: ServiceConfig, tmp_path: Path
) -> None:
    async with endpoint() as there:
        there.answer = says({"error": {"message": "down"}}, 503)
        settings: dict[str, Any] = {
            "FRESHET_LLM_URL": there.url,
            "FRESHET_LLM_CHAT_MODEL": "writer",
            "FRESHET_LLM_EMBEDDING_MODEL": "embedder",
            "FRESHET_LLM_REQUESTS_PER_MINUTE": "10000",
            "FRESHET_LLM_TOKENS_PER_MINUTE": "10000000",
            "FRESHET_LLM_BREAKER_S": "1",
        }
        with service("catalog", config, tmp_path, **settings) as catalog:
            await send(config, ITEMS, items())

            async def all_there() -> bool:
                return len(await entries(config)) == ITEM_COUNT

            await until(all_there)
            assert all(one.embedding and not one.tagged_by for one in await entries(config))
            assert catalog.metric('freshet_catalog_behind{by="tags"}') == ITEM_COUNT

            there.answer = answers

            async def all_improved() -> bool:
                return all(one.tagged_by and one.vector(SPACE) for one in await entries(config))

            await until(all_improved)
        for one in await entries(config):
            assert one.tags[0] == "green tea"
            assert "casino" not in one.tags, "nothing in the text speaks of it"
            assert one.vector(EMBEDDING_VERSION)


async def test_entries_of_an_older_version_are_read_again_without_a_stop(
    config: ServiceConfig, tmp_path: Path
) -> None:
    with service("catalog", config, tmp_path):
        await send(config, ITEMS, items())

        async def all_read() -> bool:
            return await uncommitted(config, "catalog", ITEMS) == 0

        await until(all_read)
    old = [
        msgspec.structs.replace(
            entry,
            tags=["old"],
            embedding_version="old",
            content_hash=content_hash(one, "old"),
        )
        for one, entry in zip(items(), sorted(await entries(config), key=number), strict=True)
    ]
    await send(config, CATALOG, old)
    with service("catalog", config, tmp_path) as catalog:

        async def all_current() -> bool:
            return all(one.vector(EMBEDDING_VERSION) for one in await entries(config))

        fresh = item(item_id="fresh", title="Fresh", text="It came meanwhile.")
        async with alongside(send(config, ITEMS, [fresh])):
            await until(all_current)

        async def fresh_is_there() -> bool:
            return "fresh" in {one.item_id for one in await entries(config)}

        await until(fresh_is_there)
        assert catalog.metric('freshet_catalog_behind{by="embedded"}') == 0
        improved = 'freshet_catalog_improved_total{by="embedded",outcome="done"}'
        assert catalog.metric(improved) == ITEM_COUNT
    for one in await entries(config):
        if one.item_id != "fresh":
            assert one.vector("old"), "readers of the old space go on"
            assert "old" not in one.tags
    records = [_entry(record.value) for record in await log_of(config, CATALOG)]
    assert all(one.embedding for one in records), "at no moment an item was without a vector"


def number(entry: CatalogItem) -> int:
    return int(entry.item_id.removeprefix("item-"))
