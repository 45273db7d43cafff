"""Which stores of models fail: by a metric, and once a cause in the log."""

import logging
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge

from freshet.models.artifacts import ArtifactUnavailable

log = logging.getLogger("freshet.models")


class StoreTrouble:
    """What is known of stores since they were last asked.

    Args:
        registry: where the metric is shown.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._failing = Gauge(
            "freshet_store_unavailable",
            "1 for each store of models that the last try found unreachable, silent, or without"
            " what it should have.",
            ["store"],
            registry=registry,
        )
        self._causes: dict[str, str] = {}

    def show(self, failures: Iterable[ArtifactUnavailable]) -> None:
        """Show what the last tries have met; stores that are not among it are well."""
        now = {failure.store: failure for failure in failures}
        for store, failure in now.items():
            self._failing.labels(store).set(1)
            if self._causes.get(store) != failure.cause:
                log.error("%s; it is asked again, and this is said once", failure)
        for store in self._causes.keys() - now.keys():
            self._failing.remove(store)
            log.info("the store %s is well again", store)
        self._causes = {store: failure.cause for store, failure in now.items()}
