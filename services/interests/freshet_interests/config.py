"""The settings of the interests service."""

from freshet.config import ServiceConfig


class InterestsConfig(ServiceConfig, frozen=True, kw_only=True):
    """The interests service has the common settings alone."""
