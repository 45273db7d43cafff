"""The settings of the interactions service."""

from typing import Annotated

import msgspec

from freshet.config import ServiceConfig


class InteractionsConfig(ServiceConfig, frozen=True, kw_only=True):
    """The common settings. It lingers a little: one record then holds many interactions."""

    linger_ms: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 50
