"""The settings of the narrator."""

from typing import Annotated

import msgspec

from freshet.contracts.narratives import MAX_NARRATED
from freshet.llm.config import LlmConfig


class NarratorConfig(LlmConfig, frozen=True, kw_only=True):
    """The common settings, the language model's, and who is written for.

    It lingers by default: no click waits for it, and of a user's lists only the newest counts.

    Attributes:
        narrative_items: places of a list that are written about, from the top.
        narrative_interval_s: between two texts for a user, at least.
        llm_personal_data: whether the language model is told what the user likes. Without it the
            model writes about the item alone, and why it is for the user is told by a template.
    """

    narrative_items: Annotated[int, msgspec.Meta(ge=1, le=MAX_NARRATED)] = 1
    narrative_interval_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 300
    llm_personal_data: bool = True
    linger_ms: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 250
