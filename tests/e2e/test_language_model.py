"""The client on llama.cpp's own server: real HTTP, a real grammar, real tokens."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np
import psutil
import pytest
from prometheus_client import CollectorRegistry

from freshet.llm.client import LanguageModel
from freshet.llm.config import LlmConfig
from freshet.llm.metrics import llm_metrics
from freshet.llm.prompt import as_data
from freshet.llm.unanswered import Unanswered
from harness.llama import CHAT, EMBED, KEY, llama


class Interest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=12)]
    mood: Literal["liked", "disliked"]


class Interests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    interests: Annotated[list[Interest], msgspec.Meta(min_length=1, max_length=3)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama(tmp_path_factory.mktemp("llama")) as one:
        yield one


@asynccontextmanager
async def model(
    url: str, registry: CollectorRegistry, key: str = KEY
) -> AsyncIterator[LanguageModel]:
    config = LlmConfig(
        llm_url=url,
        llm_api_key=key,
        llm_chat_model=CHAT,
        llm_embedding_model=EMBED,
        llm_dialect="llama-cpp-python",
    )
    one = LanguageModel(config, llm_metrics(registry, ["interest_names"]))
    try:
        yield one
    finally:
        await one.close()


async def ask(asked: LanguageModel) -> Interests:
    return await asked.chat(
        purpose="interest_names",
        instructions="Name the interests.",
        data=as_data({"tags": ["sea", "山水"]}),
        answer=Interests,
    )


async def test_a_model_of_random_weights_answers_in_the_form_asked_for(url: str) -> None:
    registry = CollectorRegistry()
    async with model(url, registry) as asked:
        for _ in range(3):
            assert 1 <= len((await ask(asked)).interests) <= 3
    labels = {"purpose": "interest_names", "direction": "written"}
    assert registry.get_sample_value("freshet_llm_tokens_total", labels)


async def test_texts_have_vectors_of_their_own(url: str) -> None:
    async with model(url, CollectorRegistry()) as asked:
        vectors = await asked.embed(["sea", "山水", "sea"])
    assert vectors.shape == (3, 32)
    assert np.allclose(vectors[0], vectors[2], atol=1e-4)
    assert not np.allclose(vectors[0], vectors[1], atol=0.1)


async def test_a_wrong_key_is_an_endpoint_that_does_not_work(url: str) -> None:
    async with model(url, CollectorRegistry(), key="sk-wrong") as asked:
        with pytest.raises(Unanswered, match="unavailable: HTTP 401") as refusal:
            await ask(asked)
    assert "sk-wrong" not in str(refusal.value)


def test_the_server_leaves_nothing_behind(tmp_path: Path) -> None:
    with llama(tmp_path, "A phrase"):
        family = [
            one
            for one in psutil.Process().children(recursive=True)
            if str(tmp_path / "llama.json") in one.cmdline()
        ]
        assert len(family) == 2, "the server and its guard"
    psutil.wait_procs(family, timeout=10)
    assert not [one for one in family if one.is_running()]
