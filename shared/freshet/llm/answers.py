"""The form in which an answer is asked for, and what of an endpoint's answer is read."""

from typing import Annotated, Any

import msgspec

from freshet.llm.config import LlmConfig


class Usage(msgspec.Struct, frozen=True):
    """Tokens used, by the endpoint's count."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class ChatMessage(msgspec.Struct, frozen=True):
    """What a model wrote, or its refusal to."""

    content: str | None = None
    refusal: str | None = None


class Choice(msgspec.Struct, frozen=True):
    """One answer, and why it ended."""

    message: ChatMessage
    finish_reason: str | None = None


class Completion(msgspec.Struct, frozen=True):
    """The answer to a chat; only the first choice is read."""

    choices: Annotated[list[Choice], msgspec.Meta(min_length=1)]
    usage: Usage | None = None


class Embedding(msgspec.Struct, frozen=True):
    """The vector of one text; `index` is its place in the request."""

    index: int
    embedding: list[float]


class Embeddings(msgspec.Struct, frozen=True):
    """The answer to a request for embeddings."""

    data: list[Embedding]
    usage: Usage | None = None


def answer_options(answer: type[msgspec.Struct], config: LlmConfig) -> dict[str, Any]:
    """The part of a chat's request that says which form its answer has, and how long it may be.

    Lengths stay in the schema: an endpoint that holds its model to a grammar then knows when to
    stop. OpenAI's strict mode does not take them, so it is not asked for; answers are validated
    here anyway.
    """
    (root,), definitions = msgspec.json.schema_components([answer])
    name = root["$ref"].rsplit("/", 1)[1]
    # The root stands alone: some endpoints take no reference there.
    schema = dict(definitions.pop(name))
    if definitions:
        schema["$defs"] = {name: dict(part) for name, part in definitions.items()}
    if config.llm_dialect == "llama-cpp-python":
        return {
            "response_format": {"type": "json_object", "schema": schema},
            "max_tokens": config.llm_answer_tokens,
        }
    return {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": name, "schema": schema, "strict": False},
        },
        "max_completion_tokens": config.llm_answer_tokens,
    }
