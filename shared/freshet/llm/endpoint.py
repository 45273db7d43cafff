"""The one place that speaks to an endpoint: bytes of its answers, or why there are none."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

import httpx2
import openai
from openai import AsyncAPIResponse

from freshet.llm.config import LlmConfig
from freshet.llm.unanswered import Unanswered

#: What is read of an answer, at most: a chat's is a few kilobytes; 256 vectors of 4,096 numbers
#: are 23 MB as text.
MAX_CHAT_BYTES = 262_144
MAX_EMBEDDINGS_BYTES = 32 * 1_048_576

#: What is the same whatever is asked, until somebody mends it; and where to look.
_TO_MEND = {
    401: "it does not take FRESHET_LLM_API_KEY",
    402: "the account of FRESHET_LLM_API_KEY has nothing to pay with",
    403: "FRESHET_LLM_API_KEY may not use this model",
    404: "it has no such model (FRESHET_LLM_*_MODEL), or FRESHET_LLM_URL is not its address",
}

log = logging.getLogger(__name__)

_Request = AbstractAsyncContextManager[AsyncAPIResponse[Any]]


class Endpoint:
    """An OpenAI-compatible API, by OpenAI's own client, which retries and heeds Retry-After."""

    def __init__(self, config: LlmConfig) -> None:
        self._client = openai.AsyncOpenAI(
            base_url=config.llm_url,
            # The client insists on one; endpoints that ask for none ignore it.
            api_key=config.llm_api_key or "none",
            timeout=config.llm_timeout_s,
            max_retries=config.llm_retries,
        )
        self._told: set[tuple[str, int]] = set()

    async def chat(
        self, model: str, messages: Sequence[Mapping[str, str]], options: Mapping[str, Any]
    ) -> bytes:
        """The answer to a chat.

        Args:
            model: its name at the endpoint.
            messages: roles and texts.
            options: further parameters of the request.

        Raises:
            Unanswered: the endpoint is not there, not fit, or says no.
        """
        completions = self._client.chat.completions.with_streaming_response
        request = completions.create(model=model, messages=cast(Any, messages), **options)
        return await self._asked(request, MAX_CHAT_BYTES, model)

    async def embed(self, model: str, texts: Sequence[str]) -> bytes:
        """The vectors of texts.

        Raises:
            Unanswered: the endpoint is not there, not fit, or says no.
        """
        embeddings = self._client.embeddings.with_streaming_response
        request = embeddings.create(model=model, input=list(texts), encoding_format="float")
        return await self._asked(request, MAX_EMBEDDINGS_BYTES, model)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _asked(self, request: _Request, max_bytes: int, model: str) -> bytes:
        """The body of an answer, or what each way of having none means."""
        try:
            body = await _body(request, max_bytes)
        except openai.APITimeoutError as error:
            raise Unanswered("timeout") from error
        except openai.RateLimitError as error:
            raise Unanswered("busy", _said(error)) from error
        except openai.InternalServerError as error:
            raise Unanswered("unavailable", _said(error)) from error
        except openai.APIStatusError as error:
            if error.status_code not in _TO_MEND:
                raise Unanswered("refused", _said(error)) from error
            self._tell(model, error.status_code)
            raise Unanswered("unavailable", _said(error)) from error
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            raise Unanswered("unavailable", repr(error.__cause__ or error)) from error
        self._told -= {(model, status) for status in _TO_MEND}
        return body

    def _tell(self, model: str, status: int) -> None:
        """Log what is to be mended: once, until the model answers."""
        if (model, status) not in self._told:
            self._told.add((model, status))
            what = _TO_MEND[status]
            log.error("the language model %r is not to be had, HTTP %d: %s", model, status, what)


async def _body(request: _Request, max_bytes: int) -> bytes:
    """The body of an answer, unless it is larger than any honest one: then it is left unread."""
    body = bytearray()
    async with request as response:
        async for chunk in response.iter_bytes():
            body += chunk
            if len(body) > max_bytes:
                raise Unanswered("malformed", f"the answer is larger than {max_bytes} bytes")
    return bytes(body)


def _said(error: openai.APIStatusError) -> str:
    """What an endpoint said, cut to what a log can bear: it may quote the request."""
    return f"HTTP {error.status_code}: {error.message[:200]}"
