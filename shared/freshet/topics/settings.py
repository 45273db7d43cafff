"""What the registry's topics need to be on a broker."""

from freshet.contracts.registry import RECOMMENDATIONS, Topic

#: A deleted key stays readable as such for a day, so that a reader who was away learns of it.
_TOMBSTONES_KEPT_MS = 24 * 3_600_000

#: A worker that was frozen for less than this may write an older state over a newer one when it
#: goes on: both are still there, and readers keep the one that knows more.
_UNCOMPACTED_MS = 3_600_000


def topic_settings(topic: Topic, replication: int) -> dict[str, str]:
    """The broker's settings of a topic, by their names there.

    Where a company's systems write, and for the answers, the broker stamps the time of its own
    clock, so that freshness is the difference of two readings of one clock.
    """
    settings = {
        "cleanup.policy": topic.cleanup,
        "max.message.bytes": str(topic.max_message_bytes),
    }
    if topic.cleanup == "delete":
        settings["retention.ms"] = str(topic.retention_ms)
    else:
        settings["delete.retention.ms"] = str(_TOMBSTONES_KEPT_MS)
        settings["max.compaction.lag.ms"] = str(_TOMBSTONES_KEPT_MS)
        settings["min.compaction.lag.ms"] = str(_UNCOMPACTED_MS)
    if topic.is_input or topic is RECOMMENDATIONS:
        settings["message.timestamp.type"] = "LogAppendTime"
    if replication >= 3:
        settings["min.insync.replicas"] = "2"
    return settings
