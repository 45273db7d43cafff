"""A language model to ask, and every way in which it may not answer."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from freshet.llm.answers import Completion, Embeddings, Usage, answer_options
from freshet.llm.budget import Budget, tokens_of
from freshet.llm.config import LlmConfig
from freshet.llm.gate import Gate
from freshet.llm.metrics import LlmMetrics
from freshet.llm.prompt import messages
from freshet.llm.unanswered import Unanswered

if TYPE_CHECKING:
    from freshet.llm.endpoint import Endpoint

T = TypeVar("T", bound=msgspec.Struct)

#: The purpose that embeddings are counted under.
EMBEDDING = "embedding"


class LanguageModel:
    """Asks one endpoint within a budget; what it answers has the form that was asked for.

    It connects to nothing until it is asked, and it is never on the path of a click: callers have
    something to do without an answer. One process asks it from one event loop.
    """

    def __init__(self, config: LlmConfig, metrics: LlmMetrics) -> None:
        self._config = config
        self._metrics = metrics
        self._budget = Budget(config.llm_requests_per_minute, config.llm_tokens_per_minute)
        self._gate = Gate(config, metrics)
        self._endpoint = _endpoint(config) if config.llm_url else None
        metrics.configured.set(self._endpoint is not None)

    @property
    def writes(self) -> bool:
        """Whether there is a model that writes: without one every chat is `off`."""
        return self._endpoint is not None and bool(self._config.llm_chat_model)

    @property
    def embeds(self) -> bool:
        """Whether there is a model that embeds."""
        return self._endpoint is not None and bool(self._config.llm_embedding_model)

    async def chat(self, *, purpose: str, instructions: str, data: str, answer: type[T]) -> T:
        """Ask for an answer of a given form.

        Args:
            purpose: what it is counted under; one of a fixed few.
            instructions: our own words, with nothing of an item or a user in them.
            data: JSON text of what the instructions are about (`freshet.llm.prompt.as_data`).
            answer: the form. Its limits of length are given to the model and checked here.

        Returns:
            A well-formed answer; whether it is a good one is the caller's to check.

        Raises:
            Unanswered: says why.
        """
        prompt = messages(instructions, data)
        tokens = sum(tokens_of(one["content"]) for one in prompt) + self._config.llm_answer_tokens
        async with self._asking(purpose, self.writes, tokens) as endpoint:
            async with self._gate.open():
                body = await endpoint.chat(
                    self._config.llm_chat_model, prompt, answer_options(answer, self._config)
                )
            completion = _decode(body, Completion)
            self._count(purpose, completion.usage)
            choice = completion.choices[0]
            if choice.message.refusal or choice.finish_reason == "content_filter":
                raise Unanswered("refused", "the model declined")
            if choice.finish_reason == "length":
                raise Unanswered("malformed", "the answer was cut off at its longest")
            return _decode((choice.message.content or "").encode(), answer)

    async def embed(self, texts: Sequence[str], model: str = "") -> NDArray[np.float32]:
        """The content vectors of texts, [n, d], in their order, by one request.

        Args:
            texts: some.
            model: another than the configured one.

        Raises:
            Unanswered: says why.
        """
        tokens = sum(map(tokens_of, texts))
        async with self._asking(EMBEDDING, self.embeds, tokens) as endpoint:
            async with self._gate.open():
                body = await endpoint.embed(model or self._config.llm_embedding_model, texts)
            answer = _decode(body, Embeddings)
            self._count(EMBEDDING, answer.usage)
            return _vectors(answer, len(texts))

    async def close(self) -> None:
        """Close the connections."""
        if self._endpoint is not None:
            await self._endpoint.close()

    @asynccontextmanager
    async def _asking(self, purpose: str, on: bool, tokens: int) -> "AsyncIterator[Endpoint]":
        """Let a call be made if it may, and count what becomes of it."""
        started = time.perf_counter()
        try:
            if not on or self._endpoint is None:
                raise Unanswered("off")
            if not await self._budget.take(tokens):
                raise Unanswered("budget")
            yield self._endpoint
        except Unanswered as unanswered:
            self._metrics.calls.labels(purpose, unanswered.reason).inc()
            raise
        self._metrics.calls.labels(purpose, "answered").inc()
        self._metrics.seconds.labels(purpose).observe(time.perf_counter() - started)

    def _count(self, purpose: str, usage: Usage | None) -> None:
        if usage is not None:
            self._metrics.tokens.labels(purpose, "read").inc(max(0, usage.prompt_tokens))
            self._metrics.tokens.labels(purpose, "written").inc(max(0, usage.completion_tokens))


def _endpoint(config: LlmConfig) -> "Endpoint":
    # OpenAI's client is loaded by who asks an endpoint alone: a second and 30 MB.
    from freshet.llm.endpoint import Endpoint

    return Endpoint(config)


def _decode(body: bytes, form: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unanswered("malformed", str(error)) from error


def _vectors(answer: Embeddings, count: int) -> NDArray[np.float32]:
    rows = sorted(answer.data, key=lambda one: one.index)
    if [row.index for row in rows] != list(range(count)):
        raise Unanswered("malformed", f"{len(rows)} vectors for {count} texts")
    if len({len(row.embedding) for row in rows}) > 1:
        raise Unanswered("malformed", "vectors of different lengths")
    with np.errstate(over="ignore"):
        vectors = np.array([row.embedding for row in rows], np.float32).reshape(count, -1)
    if not np.isfinite(vectors).all():
        raise Unanswered("malformed", "a vector with a number that is none")
    return vectors
