"""The honest loop: what is shown, and what the topics can tell of it."""

from collections import Counter

import msgspec
import pytest

from freshet.contracts.codec import decoder, encode
from freshet.contracts.inputs import Click, Impression, Item, Request
from freshet_simulator.config import SimulatorConfig
from freshet_simulator.simulation import Simulation
from freshet_simulator.visit import Sent
from harness.ranking import recommend

NOW = 1_700_000_000_000
CONFIG = SimulatorConfig(people=20, items=60)


def visits(simulation: Simulation, count: int) -> list[list[Sent]]:
    return [simulation.next_visit(NOW) for _ in range(count)]


def test_what_is_sent_is_what_services_accept() -> None:
    for sent in visits(Simulation(CONFIG, "run", NOW), 500):
        for topic, message in sent:
            assert topic.key is not None
            key = getattr(message, topic.key).encode()
            assert decoder(topic)(key, encode(message)) == message


def test_no_event_id_is_used_twice() -> None:
    simulation = Simulation(CONFIG, "run", NOW)
    ids = [item.event_id for item in simulation.catalogue()]
    ids += [message.event_id for sent in visits(simulation, 300) for _, message in sent]
    assert len(set(ids)) == len(ids)


def test_the_same_seed_makes_the_same_run() -> None:
    first, second = (visits(Simulation(CONFIG, "run", NOW), 200) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_the_share_of_lists_by_chance_is_the_one_asked_for(share: float) -> None:
    simulation = Simulation(msgspec.structs.replace(CONFIG, random_share=share), "run", NOW)
    for person in simulation.people:
        simulation.deliver(recommend(person.user_id, ["shop-1", "shop-2", "shop-3"]))
    seen: Counter[bool] = Counter()
    for sent in visits(simulation, 2_000):
        for _, message in sent:
            if isinstance(message, Impression):
                seen[message.recommendation_id is None] += 1
                if message.recommendation_id is not None:
                    assert message.item_ids == ["shop-1", "shop-2", "shop-3"]
    assert seen[True] / seen.total() == pytest.approx(share, abs=0.05)


def test_a_click_carries_the_mark_of_the_list_that_it_was_made_in() -> None:
    simulation = Simulation(CONFIG, "run", NOW)
    for person in simulation.people:
        simulation.deliver(recommend(person.user_id, [f"shop-{n}" for n in range(10)]))
    marks: Counter[bool] = Counter()
    for sent in visits(simulation, 2_000):
        (shown,) = [message for _, message in sent if isinstance(message, Impression)]
        for _, message in sent:
            if isinstance(message, Click):
                marks[message.recommendation_id is None] += 1
                assert message.recommendation_id == shown.recommendation_id
                assert message.position is not None
                assert shown.item_ids[message.position] == message.item_id
    assert min(marks[True], marks[False]) > 0


def test_the_newest_list_is_the_one_that_is_shown() -> None:
    simulation = Simulation(msgspec.structs.replace(CONFIG, people=1, random_share=0.0), "run", NOW)
    user_id = simulation.people[0].user_id
    for name in ("old", "new"):
        simulation.deliver(recommend(user_id, ["shop-1"], name))
    shown = [m for _, m in simulation.next_visit(NOW) if isinstance(m, Impression)]
    assert [one.recommendation_id for one in shown] == ["new"]


def test_a_list_of_items_that_nobody_knows_is_not_shown() -> None:
    simulation = Simulation(msgspec.structs.replace(CONFIG, people=1), "run", NOW)
    simulation.deliver(recommend(simulation.people[0].user_id, ["elsewhere-1"]))
    shown = [m for _, m in simulation.next_visit(NOW) if isinstance(m, Impression)]
    assert [one.recommendation_id for one in shown] == [None]


def test_what_is_shown_changes_neither_who_comes_nor_the_world() -> None:
    ours, other = (Simulation(CONFIG, "run", NOW) for _ in range(2))
    differs = 0
    for number in range(600):
        time_ms = NOW + 120_000 * number
        ours.pass_time(time_ms)
        other.pass_time(time_ms)
        there = list(ours.items)
        for person in ours.people:
            ours.deliver(recommend(person.user_id, there[:10]))
        mine, its = (
            [message for _, message in one.next_visit(time_ms) if isinstance(message, Impression)]
            for one in (ours, other)
        )
        assert mine[0].user_id == its[0].user_id
        differs += mine[0].item_ids != its[0].item_ids
    assert differs > 300
    assert list(ours.items) == list(other.items)
    assert (ours.fashion.subjects == other.fashion.subjects).all()
    for one, two in zip(ours.people, other.people, strict=True):
        assert (one.taste == two.taste).all()


def test_for_each_new_item_another_is_withdrawn() -> None:
    simulation = Simulation(CONFIG, "run", NOW)
    known = {item.item_id for item in simulation.catalogue()}
    sent = simulation.pass_time(NOW + int(20_000 * CONFIG.new_item_s))
    items = [message for _, message in sent if isinstance(message, Item)]
    came = {item.item_id for item in items if item.available}
    gone = {item.item_id for item in items if not item.available}
    assert (len(came), len(gone)) == (20, 20)
    assert not came & known
    assert {item.item_id for item in simulation.catalogue()} == (known | came) - gone


def test_some_requests_say_what_is_looked_for() -> None:
    sent = visits(Simulation(CONFIG, "run", NOW), 2_000)
    queries = [m.query for some in sent for _, m in some if isinstance(m, Request)]
    phrases = {one for some in Simulation(CONFIG, "x", NOW).world.subjects.values() for one in some}
    assert {query for query in queries if query} <= phrases
    assert 0.3 < sum(query is not None for query in queries) / len(queries) < 0.7
