"""The AsyncAPI 3 document of the topics, for other languages' generators and readers."""

from typing import Any

import msgspec

from freshet.contracts.registry import TOPICS, Topic

_HEADERS = {
    "type": "object",
    "properties": {
        "correlation-id": {
            "type": "string",
            "description": "Given by who asks; passed on to the answer.",
        },
        "traceparent": {
            "type": "string",
            "description": "W3C trace context; passed on.",
        },
    },
}


def asyncapi_json() -> str:
    """The document as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(asyncapi()), indent=2).decode() + "\n"


def asyncapi() -> dict[str, Any]:
    """The document: a channel, a message and an operation for each topic.

    Operations are Freshet's own, as AsyncAPI asks for: it receives what you send.
    """
    schemas, components = msgspec.json.schema_components(
        [topic.value for topic in TOPICS], ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Freshet",
            "version": "1.0.0",
            "description": "Events in, personal recommendations out. Keys are UTF-8 text,"
            " partitioned by murmur2 as Java's client does.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{action}-{topic.name}": {
                "action": action,
                "channel": {"$ref": f"#/channels/{topic.name}"},
                "summary": topic.meaning,
            }
            for topic in TOPICS
            for action in [_action(topic)]
        },
        "components": {
            "messages": {
                topic.name: {
                    "name": topic.name,
                    "summary": topic.meaning,
                    "headers": _HEADERS,
                    "payload": schema,
                    "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
                }
                for topic, schema in zip(TOPICS, schemas, strict=True)
            },
            "schemas": components,
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": topic.meaning,
        "messages": {topic.name: {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup],
                    "max.message.bytes": topic.max_message_bytes,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _action(topic: Topic) -> str:
    return "receive" if topic.is_input else "send"
