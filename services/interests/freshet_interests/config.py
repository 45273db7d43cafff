"""The settings of the interests service."""

from freshet.config import ServiceConfig
from freshet.models.embedding import EMBEDDING_VERSION


class InterestsConfig(ServiceConfig, frozen=True, kw_only=True):
    """The common settings, and which of the catalog's content vectors are read.

    Attributes:
        embedding_version: the space of content vectors; the ranker's.
    """

    embedding_version: str = EMBEDDING_VERSION
