"""The trends service: groups a set of events by item and folds each item's once."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter

from freshet.contracts.codec import encode
from freshet.contracts.registry import CARTS, CLICKS, FEEDBACK, IMPRESSIONS, TRENDS
from freshet.domain.trends.fold import Sighting, fold, sightings
from freshet.streaming.batch import Batch, Output
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet_trends.config import TrendsConfig
from freshet_trends.metrics import sightings_metric


def build_service(config: TrendsConfig) -> Service:
    """The trends service, connected to nothing."""
    del config
    registry = CollectorRegistry()
    state = PartitionedState(TRENDS)
    counting = Counting(state, sightings_metric(registry))
    return Service(
        name="trends",
        inputs=(CLICKS, FEEDBACK, CARTS, IMPRESSIONS),
        process=counting.process,
        registry=registry,
        state=state,
        step="count",
    )


class Counting:
    """Folds sets of batches into the items' counts and publishes each changed count once."""

    def __init__(self, state: PartitionedState, seen: Counter) -> None:
        self._state = state
        self._seen = seen

    def process(self, batches: Sequence[Batch], now_ms: int) -> list[Output]:
        """The changed counts, on the partitions that their events came from."""
        del now_ms
        outputs: list[Output] = []
        for (partition, item_id), arrived in self._by_item(batches).items():
            key = f"{item_id}|{partition}".encode()
            before = self._state.message(partition, key)
            after = fold(before, item_id, partition, arrived)
            if after is not None and after is not before:
                value = encode(after)
                self._state.put(partition, key, value)
                outputs.append(Output(TRENDS, key, value, partition))
        return outputs

    def _by_item(self, batches: Sequence[Batch]) -> dict[tuple[int, str], list[Sighting]]:
        items: dict[tuple[int, str], list[Sighting]] = {}
        for batch in batches:
            count = 0
            for record in batch.records:
                for item_id, seen in sightings(
                    batch.topic.name, record.offset, record.message
                ).items():
                    items.setdefault((batch.partition, item_id), []).append(seen)
                    count += 1
            self._seen.labels(batch.topic.name).inc(count)
        return items
