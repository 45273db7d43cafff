"""What a person reads of a recommendation: a title, a pitch, and why it is for them."""

from typing import Annotated, Literal

import msgspec

from freshet.contracts.envelope import Count, Identifier, Message

#: The longest texts, in characters.
MAX_TITLE = 80
MAX_PITCH = 200
MAX_WHY = 200

#: Places of a list that are written about, at most.
MAX_NARRATED = 10


class NarratedItem(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of one item. Plain text, one line each: no markup, no links.

    Attributes:
        language: BCP 47 code of what is written.
        title: short.
        pitch: one sentence about the item.
        why: one sentence on why this is for this user.
        source: who wrote them. Templates say only what Freshet knows; a model's texts have passed
            a check against the item.
    """

    item_id: Identifier
    language: Annotated[str, msgspec.Meta(max_length=35)]
    title: Annotated[str, msgspec.Meta(max_length=MAX_TITLE)]
    pitch: Annotated[str, msgspec.Meta(max_length=MAX_PITCH)]
    why: Annotated[str, msgspec.Meta(max_length=MAX_WHY)]
    source: Literal["template", "model"]


class Narrative(Message, frozen=True, kw_only=True):
    """Texts for the first items of a list; `recommendation_id` says which.

    Revision 0, by templates, comes with the list. Revision 1 follows if a language model wrote
    something better; it takes the place of revision 0, and may never come.

    Attributes:
        recommendation_id: of the list.
        revision: of this list's texts; the highest is the one to show.
        model: the language model that wrote; absent where none did.
        items: the narrated places of the list, in its order.
    """

    recommendation_id: Identifier
    user_id: Identifier
    revision: Count
    items: Annotated[list[NarratedItem], msgspec.Meta(max_length=MAX_NARRATED)]
    model: Annotated[str, msgspec.Meta(max_length=256)] | None = None
