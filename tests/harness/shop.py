"""A shop under a steady load: what it sells, the people in it, and the texts of its model."""

import asyncio
import random
import re
import time

from aiohttp import web
from aiokafka import AIOKafkaProducer

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.envelope import Message
from freshet.contracts.inputs import Click, Feedback, Impression, Item, Query, Request
from freshet.contracts.registry import CLICKS, FEEDBACK, IMPRESSIONS, QUERIES, REQUESTS, Topic
from harness.endpoint import chat_body
from harness.ranking import SUBJECTS

USERS = 200
ITEMS_SOLD = 300


def goods() -> list[Item]:
    """Items of five subjects."""
    return [
        Item(
            event_id=f"item-{n}",
            event_time=1_700_000_000_000,
            item_id=f"item-{n}",
            title=f"a lamp for {SUBJECTS[n % len(SUBJECTS)]}",
            text=f"This lamp is made for {SUBJECTS[n % len(SUBJECTS)]} and nothing else.",
            tags=[SUBJECTS[n % len(SUBJECTS)]],
            language="en",
        )
        for n in range(ITEMS_SOLD)
    ]


async def people(config: ServiceConfig) -> None:
    """People who look, click, search, judge and ask, for ever; one click in ten is garbage."""
    async with AIOKafkaProducer(bootstrap_servers=config.brokers, acks="all") as producer:

        async def tell(topic: Topic, user_id: str, message: Message) -> None:
            await producer.send(config.topic(topic.name), encode(message), user_id.encode())

        number = 0
        while True:
            number += 1
            item_id, user = (
                f"item-{random.randrange(ITEMS_SOLD)}",
                f"user-{random.randrange(USERS)}",
            )
            event, now = f"e{number}", time.time_ns() // 1_000_000
            seen = Impression(event_id=event, event_time=now, user_id=user, item_ids=[item_id])
            await tell(IMPRESSIONS, user, seen)
            click = Click(event_id=event, event_time=now, user_id=user, item_id=item_id)
            await tell(CLICKS, user, click)
            if number % 4 == 0:
                await tell(REQUESTS, user, Request(event_id=event, event_time=now, user_id=user))
            if number % 10 == 0:
                await producer.send(config.topic(CLICKS.name), b"no JSON", user.encode())
                query = Query(
                    event_id=event, event_time=now, user_id=user, text=random.choice(SUBJECTS)
                )
                await tell(QUERIES, user, query)
                liked = Feedback(
                    event_id=event, event_time=now, user_id=user, item_id=item_id, kind="like"
                )
                await tell(FEEDBACK, user, liked)
            await asyncio.sleep(0.05)


async def writes_well(request: web.Request) -> web.Response:
    """A model's answer about the item that it was given."""
    asked = (await request.json())["messages"][-1]["content"]
    title = re.findall(r'"title":\s*"([^"]+)"', asked)[0]
    texts = {"title": title, "pitch": f"This is {title}.", "why": f"You may like {title}."}
    return web.json_response(chat_body(texts))
