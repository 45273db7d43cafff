"""The settings of a service that may ask a language model."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from freshet.config import Positive, ServiceConfig

#: It is written into messages.
ModelName = Annotated[str, msgspec.Meta(max_length=256)]


class LlmConfig(ServiceConfig, frozen=True, kw_only=True):
    """The common settings, and which language model is asked how often. Without a URL none is.

    Attributes:
        llm_url: of an OpenAI-compatible API, as in "https://host/v1"; empty is off.
        llm_api_key: sent as the bearer token; empty where the endpoint asks for none.
        llm_chat_model: the name of the model that writes; empty asks none.
        llm_embedding_model: the name of the model that embeds; empty asks none.
        llm_dialect: how the endpoint is given the JSON schema and the length of an answer. Nearly
            all take OpenAI's way; llama-cpp-python's server has its own.
        llm_requests_per_minute: calls a minute, at most; what is over it is not made.
        llm_tokens_per_minute: tokens a minute, at most, as estimated before each call.
        llm_answer_tokens: the longest answer.
        llm_concurrency: calls at once, at most; others wait.
        llm_timeout_s: the longest that a call may take, its retries and their waits included.
        llm_retries: how often a call that failed is made again, waiting as the endpoint asks, or
            longer each time.
        llm_breaker_failures: after so many failed calls in a row none is made for a while.
        llm_breaker_s: how long; then calls try again.
    """

    llm_url: str = ""
    llm_api_key: str = ""
    llm_chat_model: ModelName = ""
    llm_embedding_model: ModelName = ""
    llm_dialect: Literal["openai", "llama-cpp-python"] = "openai"
    llm_requests_per_minute: Positive = 60
    llm_tokens_per_minute: Positive = 100_000
    llm_answer_tokens: Annotated[int, msgspec.Meta(ge=16, le=8_192)] = 512
    llm_concurrency: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    llm_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 20.0
    llm_retries: Annotated[int, msgspec.Meta(ge=0, le=10)] = 2
    llm_breaker_failures: Positive = 5
    llm_breaker_s: Annotated[float, msgspec.Meta(gt=0, le=3_600)] = 30.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.llm_url:
            return
        url = urlsplit(self.llm_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError("`llm_url` is a URL with http:// or https:// and a host")
        if url.username or url.password or url.query or url.fragment:
            # It is printed at the start and named in errors.
            raise ValueError("`llm_url` carries no secret and no query: use `llm_api_key`")
        if not (self.llm_chat_model or self.llm_embedding_model):
            raise ValueError("`llm_url` needs `llm_chat_model` or `llm_embedding_model`")
