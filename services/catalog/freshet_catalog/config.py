"""The settings of the catalog service."""

from freshet.llm.config import LlmConfig, ModelName


class CatalogConfig(LlmConfig, frozen=True, kw_only=True):
    """The common settings and the language model's.

    Without a language model items are understood by what is built in. With one they are too, at
    once; what the model makes of them is added as the budget allows.

    Attributes:
        llm_previous_embedding_model: one that is still read: until every reader has been switched
            to `llm_embedding_model`, items get vectors of both.
    """

    llm_previous_embedding_model: ModelName = ""
