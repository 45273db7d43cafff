"""Lists that are worth it are told, each user's newest, with ids that a replay repeats."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NoReturn

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from freshet.contracts.codec import encode
from freshet.contracts.inputs import Item
from freshet.contracts.narratives import Narrative
from freshet.contracts.recommendations import Reason, Recommendations
from freshet.contracts.registry import ITEMS, NARRATIVES, RECOMMENDATIONS
from freshet.streaming.batch import Batch, Output, Received
from freshet_narrator.config import NarratorConfig
from freshet_narrator.draft import Draft
from freshet_narrator.known_items import KnownItems
from freshet_narrator.metrics import narrator_metrics
from freshet_narrator.narrating import Narrating
from harness.narratives import TEA, TENT, a_list, place

NOW = 1_700_000_000_000


class Narrator:
    """The first texts, without a broker."""

    def __init__(self, **settings: Any) -> None:
        self.registry = CollectorRegistry()
        self.known_items = KnownItems()
        self.offered: list[Draft] = []
        self.narrating = Narrating(
            NarratorConfig(**settings),
            self.known_items,
            narrator_metrics(self.registry),
            self.offered.append,
        )
        self.know(TENT, TEA)

    def know(self, *items: Item | bytes) -> None:
        """Take items, or the keys of withdrawn ones."""
        records = [
            Received(None, one, 0, 0, ())
            if isinstance(one, bytes)
            else Received(one, one.item_id.encode(), 0, 0, ())
            for one in items
        ]
        self.known_items.apply(Batch(ITEMS, 0, records))

    def outputs(self, *lists: Recommendations, now_ms: int = NOW) -> list[Output]:
        """What a set of lists leads to."""
        records = [
            Received(made, made.user_id.encode(), n, now_ms, [("correlation-id", b"c")])
            for n, made in enumerate(lists)
        ]
        return self.narrating.process([Batch(RECOMMENDATIONS, 3, records)], now_ms)

    def tell(self, *lists: Recommendations, now_ms: int = NOW) -> list[Narrative]:
        """The narratives of a set of lists."""
        return narratives(self.outputs(*lists, now_ms=now_ms))

    def skipped(self, reason: str) -> float | None:
        return self.registry.get_sample_value(
            "freshet_narrator_skipped_lists_total", {"reason": reason}
        )


def narratives(outputs: Sequence[Output]) -> list[Narrative]:
    return [msgspec.json.decode(output.value or b"", type=Narrative) for output in outputs]


def test_a_list_is_told_on_its_users_partition_and_joined_by_its_id() -> None:
    (output,) = Narrator().outputs(a_list(place("tent", Reason(kind="tag", tag="camping"))))
    assert (output.topic, output.key, output.partition) == (NARRATIVES, b"ada", 3)
    assert output.headers == (("correlation-id", b"c"),)
    (narrative,) = narratives([output])
    assert narrative.recommendation_id == a_list().recommendation_id
    assert (narrative.revision, narrative.model) == (0, None)
    (item,) = narrative.items
    assert (item.item_id, item.source) == ("tent", "template")
    assert item.why == "Because you like camping."


def test_of_a_users_lists_the_newest_is_told() -> None:
    narrator = Narrator()
    narratives_now = narrator.tell(a_list(place("tent")), a_list(place("tea"), made_ms=NOW + 1))
    assert [one.items[0].item_id for one in narratives_now] == ["tea"]
    assert narrator.skipped("newer") == 1


def test_as_many_places_are_told_as_wanted() -> None:
    made = a_list(place("tent"), place("tea", rank=1))
    assert len(Narrator().tell(made)[0].items) == 1
    assert len(Narrator(narrative_items=2).tell(made)[0].items) == 2


def test_a_user_is_not_told_again_at_once() -> None:
    narrator = Narrator(narrative_interval_s=10)
    assert narrator.tell(a_list(place("tent")))
    later = a_list(place("tea"), made_ms=NOW + 9_999)
    assert not narrator.tell(later, now_ms=NOW + 9_999)
    assert narrator.skipped("lately") == 1
    assert narrator.tell(later, now_ms=NOW + 10_000)


def test_lists_of_a_user_who_was_told_lately_are_not_even_decoded() -> None:
    def decode(partition: int, records: Sequence[object]) -> NoReturn:
        raise AssertionError(f"{len(records)} records of {partition} were read")

    narrator = Narrator()
    assert narrator.tell(a_list(place("tent")))
    lists = [SimpleNamespace(key=b"ada"), SimpleNamespace(key=b"ada")]
    batch = Batch(RECOMMENDATIONS, 3, lists, decode)
    assert not narrator.narrating.process([batch], NOW + 1)
    assert narrator.skipped("lately") == 2
    other = Batch(RECOMMENDATIONS, 3, [SimpleNamespace(key=b"bob")], decode)
    with pytest.raises(AssertionError, match="1 records of 3"):
        narrator.narrating.process([other], NOW + 1)


def test_an_item_that_is_not_known_is_not_told() -> None:
    narrator = Narrator()
    narrator.know(b"tent")
    assert not narrator.tell(a_list(place("tent")))
    assert narrator.skipped("unknown_item") == 1


def test_a_list_told_again_after_a_crash_has_the_same_id() -> None:
    made = a_list(place("tent"))
    ids = {Narrator().tell(made)[0].event_id for _ in range(2)}
    assert len(ids) == 1
    assert Narrator().tell(a_list(place("tent"), made_ms=NOW + 1))[0].event_id not in ids


def test_better_texts_are_asked_for_only_once_the_first_are_confirmed() -> None:
    narrator = Narrator()
    outputs = narrator.outputs(a_list(place("tent")))
    assert not narrator.offered
    narrator.narrating.confirmed(outputs, NOW)
    assert [draft.made.user_id for draft in narrator.offered] == ["ada"]
    narrator.narrating.confirmed(narrator.outputs(), NOW)
    assert len(narrator.offered) == 1, "a set is handed on once"


@pytest.mark.parametrize("text", ["", "x" * 100_000])
def test_of_an_item_a_bounded_part_is_kept(text: str) -> None:
    narrator = Narrator()
    long = msgspec.structs.replace(TENT, text=text, attributes={"a": "b" * 10_000})
    narrator.know(long)
    assert len(encode(long)) > 10_000
    (kept,) = [value for key, value in narrator.known_items._items.items() if key == "tent"]
    assert len(kept) < 1_500
