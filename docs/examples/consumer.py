"""A consumer of your own: reads the lists that Freshet makes, not a line of Freshet.

    pip install confluent-kafka
    python consumer.py               # until Ctrl-C
    python consumer.py --lists 1     # one more list

The newest list of a user counts. A list sent twice has the same `recommendation_id`.
"""

import argparse
import json
from typing import Any

from confluent_kafka import Consumer, KafkaException


def show(made: dict[str, Any]) -> None:
    """Print a list: how it came about, its items, and why each is in it."""
    trigger = made["trigger"]
    print(f"{made['user_id']}: {made['strategy']}, by {made['model_version']}", end="")
    print(f", for {trigger['kind']} {trigger['event_id']}")
    for item in made["items"]:
        reasons = (
            " ".join(str(part) for name, part in reason.items() if name != "weight")
            for reason in item["reasons"]
        )
        print(f"  {item['rank'] + 1}. {item['item_id']} ({', '.join(reasons)})")


def main() -> None:
    """Read on from where this group was; commit what was shown, so that none is lost."""
    parser = argparse.ArgumentParser(description="Read Freshet's recommendations.")
    parser.add_argument("--brokers", default="127.0.0.1:9092")
    parser.add_argument("--prefix", default="", help="as FRESHET_TOPIC_PREFIX")
    parser.add_argument("--group", default="my-shop")
    parser.add_argument("--lists", type=int, help="stop after so many")
    arguments = parser.parse_args()
    consumer = Consumer(
        {
            "bootstrap.servers": arguments.brokers,
            "group.id": arguments.prefix + arguments.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([arguments.prefix + "recommendations"])
    shown = 0
    try:
        while shown != arguments.lists:
            record = consumer.poll(1.0)
            if record is None:
                continue
            if error := record.error():
                raise KafkaException(error)
            if (value := record.value()) is not None:
                show(json.loads(value))
                shown += 1
            consumer.commit(message=record, asynchronous=False)
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
