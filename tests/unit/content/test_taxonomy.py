"""One name for each thing that the catalogue speaks of."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.contracts.derived import CatalogItem
from freshet.contracts.inputs import Item
from freshet.domain.content import taxonomy as module
from freshet.domain.content.taxonomy import Taxonomy
from freshet_simulator.world import WorldName, load_world
from harness.understanding import Catalogue, item, lexicon

#: Words for one thing, and for two.
SAME = [
    ("sci-fi", "science fiction"),
    ("ai", "artificial intelligence"),
    ("super-hero", "superheroes"),
    ("video games", "videogame"),
    ("black humour", "black humor"),
    ("short film", "short movies"),
    ("horror comedy", "comedy horror"),
    ("咖啡", "coffee"),
    ("乒乓球", "table tennis"),
    ("线性代数", "linear algebra"),
    ("机器人", "robots"),
    ("calligraphy", "书法"),
]
DIFFERENT = [
    ("science fiction", "historical fiction"),
    ("heroic", "heroin"),
    ("spa", "spy"),
    ("robot", "rob"),
    ("good acting", "bad acting"),
    ("past tense", "present tense"),
    ("hot dog", "dog"),
    ("oscar 2003", "oscar 2000"),
    ("c", "c++"),
    ("咖啡", "tea"),
    ("足球", "basketball"),
    ("足球", "篮球"),
]


def taught(names: Iterable[tuple[str, str]]) -> Taxonomy:
    taxonomy = Taxonomy(lexicon())
    for name, tag in names:
        taxonomy.learn(name, tag)
    return taxonomy


def carried(entries: Iterable[CatalogItem]) -> list[tuple[str, str]]:
    """What entries of the catalog say of names."""
    return [
        pair
        for entry in entries
        for pair in [*((tag, tag) for tag in entry.tags), *entry.aliases.items()]
    ]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_words_for_one_thing_meet(first: str, second: str) -> None:
    for name, other in ((first, second), (second, first)):
        taxonomy = Taxonomy(lexicon())
        assert taxonomy.coin(name) == name
        assert taxonomy.coin(other) == name


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_words_for_two_things_stay_two(first: str, second: str) -> None:
    for name, other in ((first, second), (second, first)):
        taxonomy = Taxonomy(lexicon())
        taxonomy.coin(name)
        assert taxonomy.coin(other) == other


def test_items_of_both_languages_share_a_tag() -> None:
    english, chinese = Catalogue()(
        [
            item(item_id="en", title="Robots", tags=["artificial intelligence", "robots"]),
            item(item_id="zh", title="机器人", tags=["人工智能", "机器人"]),
        ]
    )
    assert chinese.tags == english.tags == ["artificial intelligence", "robots"]
    assert chinese.aliases["人工智能"] == "artificial intelligence"


def test_a_chinese_tag_can_be_searched_in_english() -> None:
    (entry,) = Catalogue()([item(title="书法", tags=["书法"])])
    assert entry.aliases == dict.fromkeys(["calligraphy", "handwriting", "penmanship"], "书法")


def test_the_subjects_of_a_world_stay_apart_and_meet_across_languages() -> None:
    for name in WorldName:
        subjects = load_world(name).subjects
        taxonomy = Taxonomy(lexicon())
        assert [taxonomy.coin(subject) for subject in subjects] == list(subjects)
    news = Taxonomy(lexicon())
    for phrases in load_world(WorldName.NEWS).subjects.values():
        for phrase in phrases:
            news.coin(phrase)
    assert news.tag_of("世界杯") == "world cup"


def items() -> list[Item]:
    tags = [name for pair in SAME + DIFFERENT for name in pair]
    return [
        item(item_id=f"i{n}", title=tags[n], tags=tags[n : n + 3]) for n in range(len(tags) - 2)
    ]


@settings(deadline=None, max_examples=10)
@given(st.randoms(use_true_random=False))
def test_it_is_rebuilt_from_the_catalog_in_any_order_of_its_records(random: object) -> None:
    entries = Catalogue()(items())
    before = taught(carried(entries))
    random.shuffle(entries)  # type: ignore[attr-defined]
    after = taught(carried(entries))
    names = {name for name, _ in carried(entries)}
    assert {name: after.tag_of(name) for name in names} == {
        name: before.tag_of(name) for name in names
    }
    assert not after.gave_up({tag for entry in entries for tag in entry.tags})


def test_what_met_a_name_of_an_item_meets_it_after_a_restart() -> None:
    (entry,) = Catalogue()([item(title="x", tags=["science fiction", "sci-fi"])])
    assert entry.tags == ["science fiction"]
    assert entry.aliases == {"sci-fi": "science fiction"}
    assert taught(carried([entry])).coin("SciFi".casefold()) == "science fiction"


def test_two_workers_that_coined_at_once_meet() -> None:
    first, second = Taxonomy(lexicon()), Taxonomy(lexicon())
    assert first.coin("sci-fi") == "sci-fi"
    assert second.coin("science fiction") == "science fiction"
    assert first.learn("science fiction", "science fiction")
    assert second.learn("sci-fi", "sci-fi")
    for taxonomy in (first, second, taught([("sci-fi", "sci-fi"), ("science fiction",) * 2])):
        assert taxonomy.gave_up(["sci-fi"])
        assert not taxonomy.gave_up(["science fiction"])
        assert taxonomy.coin("scifi") == taxonomy.coin("sci-fi") == "science fiction"
    assert not first.learn("science fiction", "science fiction"), "it is settled once"
    first.learn("skiffy", "sci-fi")
    assert first.coin("skiffy") == "science fiction", "a name of the tag given up"


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NAMES", 3)
    taxonomy = Taxonomy(lexicon())
    for n in range(10):
        taxonomy.coin(f"thing number {n}")
    assert len(taxonomy) == 3
    assert taxonomy.coin("things number 1") == "thing number 1", "known names are still met"
    assert taxonomy.coin("another thing") == "another thing"
    assert len(taxonomy) == 3


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=40), max_size=12))
def test_any_name_has_a_tag_and_a_tag_is_its_own(names: list[str]) -> None:
    taxonomy = Taxonomy(lexicon())
    for name in names:
        tag = taxonomy.coin(name)
        assert taxonomy.coin(tag) == tag
        assert taxonomy.coin(name) == tag
