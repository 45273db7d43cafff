"""The settings of the ranker service."""

from pathlib import Path
from typing import Annotated

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.inputs import MAX_ITEMS, Seen
from freshet.models.artifacts import temporary_cache
from freshet.models.embedding import EMBEDDING_VERSION
from freshet.models.store_process import STORE_TIMEOUT_S

PRIOR = Path(__file__).parent / "prior"


class RankerConfig(ServiceConfig, frozen=True, kw_only=True):
    """The common settings, and what a list is like.

    It lingers for a moment only: what comes from the interests service is gathered already.

    Attributes:
        model_dir: folder of the model that serves until the models topic names another; the prior
            that is built in by default.
        models_cache: folder for the models that were fetched; a temporary one by default.
        store_timeout_s: a store that has not given a model after so long is asked again later.
        model_threads: processor cores for one run of the model.
        list_size: items of a list that a changed interest leads to.
        embedding_version: the space of content vectors; the catalog's.
        seen: what becomes of items that the user has interacted with, where a request does not say
            it: exclude, allow or again.
        exploration: chance of an exploring pick at each rank.
    """

    linger_ms: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 4
    model_dir: str = str(PRIOR)
    models_cache: str = ""
    store_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=3_600)] = STORE_TIMEOUT_S
    model_threads: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    list_size: Annotated[int, msgspec.Meta(ge=1, le=MAX_ITEMS)] = 10
    embedding_version: str = EMBEDDING_VERSION
    exploration: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.05
    seen: Seen = "exclude"

    @property
    def cache(self) -> Path:
        """Where fetched models are kept."""
        return Path(self.models_cache) if self.models_cache else temporary_cache()
