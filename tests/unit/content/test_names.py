"""A search finds tags by any of their names."""

from freshet.domain.content.names import TagNames
from freshet.domain.ranking.vocabulary import Vocabulary


def names() -> TagNames:
    found = TagNames()
    found.add(["science fiction", "robots"], {"sci-fi": "science fiction", "机器人": "robots"})
    found.add(["书法"], {"calligraphy": "书法"})
    return found


def test_a_search_may_use_any_name_in_any_spelling() -> None:
    for text in ("SciFi", "sci fi films", "Science-Fiction", "a sci-fi"):
        assert names().tags_in(text) == ["science fiction"]
    assert names().tags_in("learn Calligraphy") == ["书法"]
    assert names().tags_in("小机器人和书法") == ["robots", "书法"]
    assert names().tags_in("robotics") == []


def test_a_name_is_known_as_long_as_an_item_says_so() -> None:
    found = names()
    found.add(["robots"], {})
    found.remove(["science fiction", "robots"], {"sci-fi": "science fiction", "机器人": "robots"})
    assert found.tags_in("sci-fi robot 机器人") == ["robots"]


def test_a_name_of_several_tags_is_that_of_most_items() -> None:
    found = TagNames()
    for tag in ("art", "painting", "painting"):
        found.add([tag], {"画": tag})
    assert found.tags_in("画") == ["painting"]


def test_the_rankers_vocabulary_knows_the_other_names_too() -> None:
    vocabulary = Vocabulary()
    code = vocabulary.code("robots")
    vocabulary.call("robots", "机器人")
    vocabulary.call("robots", "androids")
    for text in ("robot", "机器人", "an android"):
        assert vocabulary.spelled_by(text) == (code,)
        assert vocabulary.best_named(text, 3) == ["robots"]
    assert vocabulary.named_by("toasters")[0] == set()
