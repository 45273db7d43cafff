"""What a language model is asked to write: the form of its answer, and our instructions."""

from typing import Annotated, Any

import msgspec

from freshet.contracts.narratives import MAX_PITCH, MAX_TITLE, MAX_WHY
from freshet.domain.narrative.known import KnownItem, Reader


class Texts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Texts about an item."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TITLE)]
    pitch: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PITCH)]


class PersonalTexts(Texts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Texts about an item for a user."""

    why: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_WHY)]


_RULES = (
    "You write short texts for a list of recommendations. Write in the language whose code is"
    " `language`. Use only what the data says of the item: no name, number, price, quotation or"
    " promise that is not in it, no link, no markup. Sentence case.\n"
    f"`title`: at most {MAX_TITLE} characters, no full stop, with a word of the item's title.\n"
    f"`pitch`: one sentence of at most {MAX_PITCH} characters on what the item is good for."
)
_WHY = (
    f"\n`why`: one sentence of at most {MAX_WHY} characters that tells the reader, as “you”, which"
    " of their likes the item answers."
)


def instructions(form: type[Texts]) -> str:
    """What the model is to do."""
    return _RULES + _WHY if issubclass(form, PersonalTexts) else _RULES


def data(item: KnownItem, reader: Reader) -> dict[str, Any]:
    """What the model is given: the item, and of the user no more than `reader`."""
    given: dict[str, Any] = {
        "language": item.language,
        "item": {"title": item.title, "text": item.trusted, "tags": item.tags},
    }
    if reader != Reader():
        given["reader"] = reader
    return given
