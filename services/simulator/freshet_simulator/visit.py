"""A visit: a person sees a list and acts on it. All that the visit sends, as messages."""

from collections.abc import Callable, Iterator, Sequence

from numpy.random import Generator

from freshet.contracts.envelope import Message
from freshet.contracts.inputs import Cart, Click, Feedback, Impression, Query, Request
from freshet.contracts.registry import (
    CARTS,
    CLICKS,
    FEEDBACK,
    IMPRESSIONS,
    QUERIES,
    REQUESTS,
    Topic,
)
from freshet_simulator.people import Person, click_chances, reaction, search
from freshet_simulator.world import World, WorldItem

#: How often a visit has a search, or its list is asked for by a request.
_SEARCHES = 0.08
_REQUESTS = 0.05

#: How many of the requests say what is looked for.
_WITH_QUERY = 0.5

NewId = Callable[[], str]
Sent = tuple[Topic, Message]


def visit(
    person: Person,
    world: World,
    shown: Sequence[WorldItem],
    recommendation_id: str | None,
    time_ms: int,
    new_id: NewId,
    random: Generator,
) -> Iterator[Sent]:
    """What one visit sends, in order.

    Only a list that Freshet made has its `recommendation_id` on impressions and clicks: so the
    click rate of recommendations beside that of chance can be read from the topics.

    Args:
        person: who comes.
        world: where.
        shown: the list, from the top.
        recommendation_id: of the list; None for a list by chance.
        time_ms: when.
        new_id: makes event ids.
        random: the chance in what people do.
    """
    user_id = person.user_id
    if random.random() < _SEARCHES:
        text = search(person, world, random)
        yield (
            QUERIES,
            Query(event_id=new_id(), event_time=time_ms, user_id=user_id, text=text),
        )
    if random.random() < _REQUESTS:
        query = search(person, world, random) if random.random() < _WITH_QUERY else None
        yield (
            REQUESTS,
            Request(event_id=new_id(), event_time=time_ms, user_id=user_id, query=query),
        )
    yield (
        IMPRESSIONS,
        Impression(
            event_id=new_id(),
            event_time=time_ms,
            user_id=user_id,
            item_ids=[one.item.item_id for one in shown],
            recommendation_id=recommendation_id,
        ),
    )
    clicked = random.random(len(shown)) < click_chances(person, shown)
    for position in clicked.nonzero()[0].tolist():
        item = shown[position]
        yield (
            CLICKS,
            Click(
                event_id=new_id(),
                event_time=time_ms,
                user_id=user_id,
                item_id=item.item.item_id,
                recommendation_id=recommendation_id,
                position=position,
            ),
        )
        said = reaction(person, item, random)
        if said and said[0] == "purchase":
            yield (
                CARTS,
                Cart(
                    event_id=new_id(),
                    event_time=time_ms,
                    user_id=user_id,
                    item_id=item.item.item_id,
                    change="add",
                    recommendation_id=recommendation_id,
                ),
            )
        if said:
            yield (
                FEEDBACK,
                Feedback(
                    event_id=new_id(),
                    event_time=time_ms,
                    user_id=user_id,
                    item_id=item.item.item_id,
                    kind=said[0],
                    rating=said[1],
                    recommendation_id=recommendation_id,
                ),
            )
