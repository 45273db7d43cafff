"""The trends service: groups what is said of items by item and folds each item's once."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter

from freshet.contracts.codec import encode
from freshet.contracts.registry import ITEM_INTERACTIONS, TRENDS
from freshet.domain.trends.fold import ReceivedInteraction, fold
from freshet.streaming.batch import Batch, Output
from freshet.streaming.service import Service
from freshet.streaming.state import PartitionedState
from freshet_trends.config import TrendsConfig
from freshet_trends.metrics import interactions_metric


def build_service(config: TrendsConfig) -> Service:
    """The trends service, connected to nothing."""
    del config
    registry = CollectorRegistry()
    state = PartitionedState(TRENDS)
    counting = Counting(state, interactions_metric(registry))
    return Service(
        name="trends",
        inputs=(ITEM_INTERACTIONS,),
        process=counting.process,
        registry=registry,
        state=state,
        step="count",
    )


class Counting:
    """Folds micro-batches into the items' counts and publishes each changed count once."""

    def __init__(self, state: PartitionedState, counted: Counter) -> None:
        self._state = state
        self._counted = counted

    def process(self, batches: Sequence[Batch], now_ms: int) -> list[Output]:
        """The changed counts."""
        del now_ms
        outputs: list[Output] = []
        for (partition, item_id), arrived in self._by_item(batches).items():
            key = item_id.encode()
            before = self._state.message(partition, key)
            after = fold(before, item_id, arrived)
            if after is not None and after is not before:
                value = encode(after)
                self._state.put(partition, key, value)
                outputs.append(Output(TRENDS, key, value, partition))
        return outputs

    def _by_item(
        self, batches: Sequence[Batch]
    ) -> dict[tuple[int, str], list[ReceivedInteraction]]:
        items: dict[tuple[int, str], list[ReceivedInteraction]] = {}
        for batch in batches:
            for record in batch.records:
                for one in record.message.interactions:
                    owner = batch.partition, one.item_id
                    items.setdefault(owner, []).append(
                        ReceivedInteraction(record.message.partition, one)
                    )
                self._counted.inc(len(record.message.interactions))
        return items
