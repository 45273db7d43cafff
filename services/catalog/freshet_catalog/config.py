"""The settings of the catalog service."""

from freshet.config import ServiceConfig


class CatalogConfig(ServiceConfig, frozen=True, kw_only=True):
    """The catalog service has the common settings alone."""
