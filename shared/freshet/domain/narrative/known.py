"""What is known when something is written: of the item, and of who reads it."""

import re

import msgspec

from freshet.contracts.inputs import Item
from freshet.contracts.recommendations import Recommendations, RecommendedItem
from freshet.domain.content.document import clean
from freshet.domain.content.instructions import before_instructions, is_instruction
from freshet.domain.content.language import language_of
from freshet.domain.content.tags import names_of

#: Characters of an item's text that are looked at.
MAX_TEXT = 800
_MAX_TITLE = 200

_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

#: Interests that a text may be about.
_LIKES = 5


class KnownItem(msgspec.Struct, frozen=True):
    """An item as far as a text may speak of it. Strangers wrote all of it.

    Attributes:
        title: cleaned, cut.
        trusted: the text up to the first sentence that speaks to a language model.
        withheld: the rest. It is given to nobody; texts are held against it.
        tags: without those that are instructions.
        language: BCP 47 code; of `trusted`, where the producer sent none.
    """

    title: str
    trusted: str
    withheld: str
    tags: list[str]
    language: str


class Reader(msgspec.Struct, frozen=True):
    """What is known of a user that a text may speak of: personal data.

    Attributes:
        likes: the strongest interests, strongest first.
        because: title of an item that the user liked and that this one resembles.
        query: a search that this item answers.
    """

    likes: tuple[str, ...] = ()
    because: str = ""
    query: str = ""


def known_item(item: Item) -> KnownItem:
    """What is known of an item, from what its producer sent."""
    trusted, withheld = before_instructions(item.text[:MAX_TEXT])
    title = clean(item.title)[:_MAX_TITLE]
    trusted = clean(trusted)
    return KnownItem(
        title=title,
        trusted=trusted,
        withheld=clean(withheld),
        tags=[
            tag
            for tag in names_of(msgspec.structs.replace(item, text=trusted))
            if not is_instruction(tag)
        ],
        language=_code(item.language) or language_of(f"{title} {trusted}"),
    )


def _code(language: str | None) -> str:
    """A language's code, if it is one: a model is told to write in it."""
    return language if language and _CODE.fullmatch(language) else ""


def reader_of(made: Recommendations, item: RecommendedItem, because: str) -> Reader:
    """What a list says of its user.

    Args:
        made: the list.
        item: the place of it that is written about.
        because: title of the item that its reasons name; empty where they name none.
    """
    likes = [one.tag for one in made.interests if one.weight > 0 and not is_instruction(one.tag)]
    query = next((one.query for one in item.reasons if one.query), "")
    return Reader(
        likes=tuple(likes[:_LIKES]),
        because="" if is_instruction(because) else because,
        query="" if is_instruction(query) else clean(query)[:_MAX_TITLE],
    )
