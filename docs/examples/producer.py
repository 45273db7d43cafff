"""A producer of your own: plain JSON on Freshet's topics, not a line of Freshet.

    pip install confluent-kafka
    python producer.py items                 # five teas and two pans
    python producer.py click ada oolong      # ada opened one of them
    python producer.py request ada           # a page wants a list for ada now

Fields of every topic: docs/reference/topics.md.
"""

import argparse
import json
import time
import uuid
from typing import Any

from confluent_kafka import KafkaError, Message, Producer

ITEMS = [
    ("oolong", "Oolong tea", "Half oxidised leaves from Fujian", ["tea", "oolong"], "tea"),
    ("sencha", "Sencha", "Steamed green tea from Uji", ["tea", "green tea"], "tea"),
    ("puer", "Pu-erh tea", "Aged leaves, pressed into a cake", ["tea", "pu-erh"], "tea"),
    ("assam", "Assam tea", "Strong black tea for the morning", ["tea", "black tea"], "tea"),
    ("teapot", "Yixing teapot", "Purple clay, for one kind of tea", ["tea", "teapot"], "tea"),
    ("wok", "Wok", "Carbon steel, 36 cm", ["cooking", "pan"], "kitchen"),
    ("pan", "Frying pan", "Cast iron, 28 cm", ["cooking", "pan"], "kitchen"),
]


def event(**fields: Any) -> dict[str, Any]:
    """What every message has, and its own fields. Send an event again with the same id."""
    return {"event_id": str(uuid.uuid4()), "event_time": time.time_ns() // 1_000_000, **fields}


def messages(arguments: argparse.Namespace) -> list[tuple[str, str, dict[str, Any]]]:
    """Topic, key and value of what is to be sent: users' events by user, items by item."""
    if arguments.what == "items":
        return [
            (
                "items",
                item_id,
                event(item_id=item_id, title=title, text=text, tags=tags, category=c),
            )
            for item_id, title, text, tags, c in ITEMS
        ]
    user = arguments.user
    if arguments.what == "click":
        return [("clicks", user, event(user_id=user, item_id=arguments.item))]
    return [("requests", user, event(user_id=user, count=3))]


def confirmed(error: KafkaError | None, message: Message) -> None:
    """Say where the broker keeps a record, or stop."""
    if error is not None:
        raise SystemExit(f"not sent: {error}")
    print(f"{message.topic()} {message.partition()} {message.offset()}")


def main() -> None:
    """Send, and wait for the broker's confirmation."""
    parser = argparse.ArgumentParser(description="Send what Freshet reads.")
    parser.add_argument("--brokers", default="127.0.0.1:9092")
    parser.add_argument("--prefix", default="", help="as FRESHET_TOPIC_PREFIX")
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("items")
    click = commands.add_parser("click")
    click.add_argument("user")
    click.add_argument("item")
    commands.add_parser("request").add_argument("user")
    arguments = parser.parse_args()
    # Keys are placed by murmur2, as by Java's client: librdkafka's own default is another.
    settings = {"bootstrap.servers": arguments.brokers, "partitioner": "murmur2_random"}
    producer = Producer({**settings, "acks": "all", "enable.idempotence": True})
    for topic, key, value in messages(arguments):
        producer.produce(arguments.prefix + topic, json.dumps(value), key, on_delivery=confirmed)
    producer.flush()


if __name__ == "__main__":
    main()
