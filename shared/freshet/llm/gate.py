"""How many calls are made at once, how long each may take, and when none is made at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.messages import Event
from purgatory.domain.messages.events import ContextChanged
from purgatory.domain.model import OpenedState

from freshet.llm.config import LlmConfig
from freshet.llm.metrics import LlmMetrics
from freshet.llm.unanswered import Unanswered

#: What says that the endpoint is in trouble. A refusal, or an answer of another form, does not.
_TROUBLE = ("busy", "timeout", "unavailable")


class Gate:
    """Lets calls through to an endpoint: a few at once, for a limited time, while it answers.

    After `llm_breaker_failures` calls in a row that failed no call is made for `llm_breaker_s`.
    Then calls are let through again: the first that fails closes the way at once, the first that
    is answered opens it for good.
    """

    def __init__(self, config: LlmConfig, metrics: LlmMetrics) -> None:
        self._timeout_s = config.llm_timeout_s
        self._places = asyncio.Semaphore(config.llm_concurrency)
        self._breakers = AsyncCircuitBreakerFactory(
            config.llm_breaker_failures,
            config.llm_breaker_s,
            exclude=[(Unanswered, lambda error: error.reason not in _TROUBLE)],
        )
        self._open_gauge = metrics.breaker_open
        self._breakers.add_listener(self._changed)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """The time of one call.

        Raises:
            Unanswered: `breaker_open`, `busy` if no place came free in time, or `timeout`.
        """
        try:
            async with self._place(), await self._breakers.get_breaker("endpoint"):
                try:
                    async with asyncio.timeout(self._timeout_s):
                        yield
                except TimeoutError as error:
                    raise Unanswered("timeout") from error
        except OpenedState as is_open:
            # One object is raised again and again, and would remember each time.
            is_open.__traceback__ = None
            raise Unanswered("breaker_open") from None

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._places.acquire()
        except TimeoutError as error:
            raise Unanswered("busy", "all calls at once are taken") from error
        try:
            yield
        finally:
            self._places.release()

    def _changed(self, name: str, kind: str, event: Event) -> None:
        del name, kind
        if isinstance(event, ContextChanged):
            self._open_gauge.set(event.state == "opened")
