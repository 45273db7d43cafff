"""A list that is written about, on its way from templates to better texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from freshet.contracts.codec import encode
from freshet.contracts.narratives import NarratedItem, Narrative
from freshet.contracts.recommendations import Recommendations
from freshet.contracts.registry import NARRATIVES
from freshet.domain.narrative.known import KnownItem, Reader
from freshet.streaming.batch import Headers, Output


@dataclass(frozen=True, slots=True)
class DraftItem:
    """A place of a list that is written about.

    Attributes:
        item: what is known of it.
        reader: what is known of the user.
        texts: by a template.
    """

    item: KnownItem
    reader: Reader
    texts: NarratedItem


@dataclass(frozen=True, slots=True)
class Draft:
    """A list that is written about.

    Attributes:
        made: the list.
        places: those of it that are written about.
        partition, headers: of what is published about it.
    """

    made: Recommendations
    places: Sequence[DraftItem]
    partition: int
    headers: Headers

    def output(
        self, items: Sequence[NarratedItem], revision: int, model: str | None, now_ms: int
    ) -> Output:
        """The record of these texts. Its id is the same whenever the same list is told again.

        Args:
            items: the texts.
            revision: 0 for those of templates, 1 for better ones.
            model: that wrote them; None for templates.
            now_ms: the time now.
        """
        made = self.made
        name = f"{made.recommendation_id}\x00{revision}".encode()
        narrative = Narrative(
            event_id=blake2b(name, digest_size=16).hexdigest(),
            event_time=now_ms,
            recommendation_id=made.recommendation_id,
            user_id=made.user_id,
            revision=revision,
            model=model,
            items=list(items),
        )
        key = made.user_id.encode()
        return Output(NARRATIVES, key, encode(narrative), self.partition, self.headers)
