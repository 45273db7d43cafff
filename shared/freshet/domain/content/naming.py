"""Tags by a language model: what it is told, what it may answer, and what of it is believed."""

from typing import Annotated

import msgspec

from freshet.domain.content.document import Document
from freshet.domain.content.grounds import grounded
from freshet.domain.content.lexicon import Lexicon
from freshet.domain.content.spelling import MAX_TAG_CHARACTERS, normalise
from freshet.domain.content.tags import MAX_TAGS

INSTRUCTIONS = (
    "You name what an item of a catalogue is about, for people who look for such things. Answer"
    " with at most eight tags, the most telling first: subjects, kinds, uses and moods of the item,"
    " one to three words each, lower case, in the language of its text. Take only what the text"
    " says. No prices, no praise, no brand of the shop, no sentences."
)

#: Sentences that a model is shown, and characters of all of them.
_MAX_SENTENCES = 40
_MAX_CHARACTERS = 1_500


class TagAnswer(msgspec.Struct, frozen=True):
    """The tags that a model answers with."""

    tags: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TAG_CHARACTERS)]],
        msgspec.Meta(max_length=MAX_TAGS),
    ]


class ItemPrompt(msgspec.Struct, frozen=True):
    """What a model is told of an item: data that strangers wrote."""

    title: str
    tags: list[str]
    text: str


def item_prompt(document: Document) -> ItemPrompt:
    """An item as a model is told of it."""
    text = ". ".join(document.sentences[:_MAX_SENTENCES])[:_MAX_CHARACTERS]
    return ItemPrompt(title=document.title, tags=document.said, text=text)


def grounded_tags(answer: TagAnswer, document: Document, lexicon: Lexicon) -> list[str]:
    """The tags of an answer that the item gives grounds for, normalised, each once.

    Args:
        answer: of a language model.
        document: the item that it was asked about.
        lexicon: of words and what they mean.
    """
    names = dict.fromkeys(map(normalise, answer.tags))
    return grounded([name for name in names if name], document, lexicon)
