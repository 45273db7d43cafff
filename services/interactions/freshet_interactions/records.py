"""From what one partition of users says of items to records, by partition of the items."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from freshet.contracts.codec import encode
from freshet.contracts.derived import ItemInteraction, ItemInteractions
from freshet.contracts.registry import ITEM_INTERACTIONS
from freshet.streaming.batch import Output

#: Interactions in one record, at most; the contract's bound.
MAX_INTERACTIONS = 256


def records(
    partition: int, said: Iterable[ItemInteraction], partition_of: Callable[[str], int]
) -> Iterator[Output]:
    """The records of a micro-batch for each partition of the items.

    What comes from one topic is in the order of its offsets: who reads it takes what stands at or
    below an offset seen before for a repetition.

    Args:
        partition: of the users.
        said: what their events say.
        partition_of: the partition of an item.
    """
    by_items: dict[int, list[ItemInteraction]] = defaultdict(list)
    for one in sorted(said, key=attrgetter("offset")):
        by_items[partition_of(one.item_id)].append(one)
    for target, some in by_items.items():
        for start in range(0, len(some), MAX_INTERACTIONS):
            part = some[start : start + MAX_INTERACTIONS]
            message = ItemInteractions(
                event_id=f"{partition}/{part[0].source}/{part[0].offset}/{target}/{start}",
                event_time=max(one.time_ms for one in part),
                partition=partition,
                interactions=part,
            )
            yield Output(ITEM_INTERACTIONS, b"%d" % partition, encode(message), target)
