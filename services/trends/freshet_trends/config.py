"""The settings of the trends service."""

from typing import Annotated

import msgspec

from freshet.config import ServiceConfig


class TrendsConfig(ServiceConfig, frozen=True, kw_only=True):
    """The common settings. It lingers by default: one record an item for many clicks is cheaper.

    Popularity need not be fresh to the millisecond, a user's interest does.
    """

    linger_ms: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 1_000
