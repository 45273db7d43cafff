"""The registry as a page for people."""

import msgspec

from freshet.contracts.registry import TOPICS, Topic


def topics_markdown() -> str:
    """Every topic with its meaning, its key and its fields, as Markdown."""
    head = (
        "# Topics\n\nGenerated from the registry by `make docs`; do not edit.\n\n"
        "`freshet topics apply` sets `max.message.bytes` to the largest batch that a topic takes."
        " What Freshet publishes always fits: every text, list and number of its types is bounded,"
        " and a test holds the sum against this limit. What you send may be as large as that; a"
        " value over 1 MiB is a dead letter, `too_large`.\n"
    )
    return head + "".join(map(_section, TOPICS))


def _section(topic: Topic) -> str:
    kept = (
        "newest record of each key"
        if topic.cleanup == "compact"
        else f"{topic.retention_ms // 3_600_000} h"
    )
    rows = "".join(
        f"| `{field.name}` | {'yes' if field.required else 'no'} |\n"
        for field in msgspec.structs.fields(topic.value)
    )
    notes = (topic.value.__doc__ or "").replace("Attributes:", "").strip()
    return (
        f"\n## {topic.name}\n\n{topic.meaning}\n\n"
        f"Key: {f'`{topic.key}`' if topic.key else 'opaque'}. Partitions: {topic.partitions}."
        f" Kept: {kept}. Largest batch: {topic.max_message_bytes:,} bytes."
        f" Written by: {', '.join(topic.producers)}."
        f" Read by: {', '.join(topic.consumers)}.\n\n"
        f"```text\n{notes}\n```\n\n| field | required |\n| --- | --- |\n{rows}"
    )
