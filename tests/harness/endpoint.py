"""A small OpenAI-compatible endpoint that can do what real ones do on bad days."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Endpoint:
    """Answers by a function that a test may change at any time.

    Attributes:
        url: what `FRESHET_LLM_URL` takes.
        answer: what comes back now.
        asked: the bodies of all requests.
    """

    def __init__(self) -> None:
        self.url = ""
        self.answer: Answer = chats({})
        self.asked: list[dict[str, Any]] = []

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        return await self.answer(request)


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """An endpoint for the length of a `with` block, on a port of its own."""
    one = Endpoint()
    app = web.Application()
    app.router.add_post("/v1/{call:.+}", one._take)
    # What hangs is cut off at the end, not waited for.
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield one
    finally:
        await runner.cleanup()


def chat_body(content: Any, **choice: Any) -> dict[str, Any]:
    """The body of an answer to a chat; `content` is written as JSON unless it is text."""
    text = content if isinstance(content, str) else msgspec.json.encode(content).decode()
    return {
        "choices": [{"message": {"content": text}, "finish_reason": "stop", **choice}],
        "usage": {"prompt_tokens": 30, "completion_tokens": 7},
    }


def chats(content: Any, **choice: Any) -> Answer:
    """Answers every chat with this."""

    async def answer(request: web.Request) -> web.Response:
        del request
        return web.json_response(chat_body(content, **choice))

    return answer


def says(body: Any, status: int = 200, **headers: str) -> Answer:
    """Answers with this body, bytes as they are and anything else as JSON."""

    async def answer(request: web.Request) -> web.Response:
        del request
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return web.Response(
            body=raw, status=status, headers=headers, content_type="application/json"
        )

    return answer


async def hangs(request: web.Request) -> web.Response:
    """Takes the request and says nothing."""
    del request
    await asyncio.sleep(3_600)
    raise AssertionError("it was cut off before")


async def drips(request: web.Request) -> web.StreamResponse:
    """Answers byte by byte, so that no single wait is long."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def hangs_up(request: web.Request) -> web.StreamResponse:
    """Breaks off in the middle of an answer."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"choices": [{"mess')
    assert request.transport is not None
    request.transport.abort()
    return response


def in_turn(*answers: Answer) -> Answer:
    """One after the other; the last for ever."""
    left = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer
