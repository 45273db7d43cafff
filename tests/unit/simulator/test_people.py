"""Tastes, and what they make people do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet_simulator.people import Person, attention, click_chances, drift, make_person
from freshet_simulator.world import WorldItem, WorldName, load_world, make_item

WORLD = load_world(WorldName.SHOP)


def items(count: int) -> list[WorldItem]:
    random = np.random.default_rng(5)
    return [make_item(WORLD, n, f"e{n}", 0, random) for n in range(count)]


@given(st.integers(1, 100))
def test_attention_falls_with_rank_from_the_whole_of_it(ranks: int) -> None:
    looked = attention(ranks)
    assert looked[0] == 1
    assert (np.diff(looked) < 0).all()


@given(st.integers(0, 10_000))
def test_chances_are_chances_and_never_above_attention(seed: int) -> None:
    person = make_person(WORLD, 1, np.random.default_rng(seed))
    chances = click_chances(person, items(20))
    assert ((chances > 0) & (chances <= attention(20))).all()


def test_the_same_item_further_down_is_clicked_less() -> None:
    person = make_person(WORLD, 1, np.random.default_rng(1))
    assert (np.diff(click_chances(person, items(1) * 10)) < 0).all()


def test_what_is_liked_is_clicked_more() -> None:
    liked, _ = shown = items(2)
    person = Person("u", 4.0 * liked.about)
    stranger = Person("v", -4.0 * liked.about)
    assert click_chances(person, shown)[0] > click_chances(stranger, shown)[0]


def test_tastes_drift_and_keep_their_person() -> None:
    random = np.random.default_rng(2)
    person = later = make_person(WORLD, 1, random)
    favourites = {int(np.argmax(person.taste))}
    for _ in range(100):
        later = drift(later, 1.0, random)
        favourites.add(int(np.argmax(later.taste)))
    assert later.user_id == person.user_id
    assert len(favourites) > 1


def test_tastes_drift_by_time_however_often_one_comes() -> None:
    random = np.random.default_rng(2)
    moved: dict[float, list[float]] = {0.1: [], 10.0: []}
    for number in range(200):
        person = make_person(WORLD, number, random)
        for hours, found in moved.items():
            later = person
            for _ in range(round(10 / hours)):
                later = drift(later, hours, random)
            found.append(np.abs(later.taste - person.taste).mean())
    often, once = (np.mean(found) for found in moved.values())
    assert often == pytest.approx(once, rel=0.1)


def test_no_time_changes_no_taste() -> None:
    person = make_person(WORLD, 1, np.random.default_rng(1))
    assert (drift(person, 0.0, np.random.default_rng(2)).taste == person.taste).all()
