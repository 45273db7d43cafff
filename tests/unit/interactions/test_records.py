"""What is told to the items: by their partition, in order, in records that are not too large."""

from hypothesis import given
from hypothesis import strategies as st

from freshet.contracts.codec import decoder
from freshet.contracts.derived import ItemInteraction, ItemInteractions
from freshet.contracts.registry import ITEM_INTERACTIONS
from freshet.streaming.batch import Output
from freshet_interactions.records import MAX_INTERACTIONS, records

T0 = 1_700_000_000_000


def one(item_id: str, offset: int, source: str = "clicks") -> ItemInteraction:
    return ItemInteraction(item_id, source, offset, T0 + offset, clicks=1.0)


def read(output: Output) -> ItemInteractions:
    message: ItemInteractions = decoder(ITEM_INTERACTIONS)(output.key, output.value or b"")
    return message


def test_users_are_mixed_again_into_the_order_of_the_log() -> None:
    ada, bob = [one("a", 0), one("a", 4)], [one("a", 2), one("b", 3)]
    made = list(records(5, [*ada, *bob], {"a": 1, "b": 0}.__getitem__))
    assert [(output.partition, output.key) for output in made] == [(1, b"5"), (0, b"5")]
    assert [each.offset for each in read(made[0]).interactions] == [0, 2, 4]
    assert read(made[0]).partition == 5
    assert read(made[0]).event_time == T0 + 4


def test_a_record_holds_256_interactions_at_most() -> None:
    made = [read(output) for output in records(0, [one("a", n) for n in range(600)], lambda _: 0)]
    assert [len(message.interactions) for message in made] == [256, 256, 88]
    assert len({message.event_id for message in made}) == 3
    offsets = [each.offset for message in made for each in message.interactions]
    assert offsets == list(range(600))


rows = st.lists(
    st.builds(one, st.sampled_from("abcde"), st.integers(0, 50), st.sampled_from(["x", "y"])),
    max_size=700,
)


@given(rows)
def test_all_is_told_once_and_each_source_in_order(said: list[ItemInteraction]) -> None:
    made = list(records(3, said, ord))
    told = [
        (each.item_id, each.source, each.offset)
        for output in made
        for each in read(output).interactions
    ]
    assert sorted(told) == sorted((each.item_id, each.source, each.offset) for each in said)
    for output in made:
        message = read(output)
        assert len(message.interactions) <= MAX_INTERACTIONS
        assert {ord(each.item_id) for each in message.interactions} == {output.partition}
    for item_id, source in {(item_id, source) for item_id, source, _ in told}:
        offsets = [offset for item, by, offset in told if (item, by) == (item_id, source)]
        assert offsets == sorted(offsets)
