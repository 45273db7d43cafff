"""Which tags a search names: by a word, by all of a tag's words, or by most of them."""

from freshet.domain.ranking.vocabulary import Vocabulary


def known(*tags: str) -> Vocabulary:
    vocabulary = Vocabulary()
    for tag in tags:
        vocabulary.code(tag)
    return vocabulary


def test_a_tag_keeps_its_code() -> None:
    vocabulary = known("sea", "boat", "sea")
    assert vocabulary.codes == {"sea": 1, "boat": 2}
    assert vocabulary.names == ["", "sea", "boat"]


def test_a_search_names_the_tags_that_share_a_word_with_it() -> None:
    vocabulary = known("sea", "sea boat", "war")
    assert vocabulary.named_by("Sea, boats") == ({1, 2}, 2)
    assert vocabulary.named_by("tea") == (set(), 1)
    assert vocabulary.named_by("") == (set(), 1)


def test_a_search_spells_the_tags_that_it_has_all_words_of_the_longest_first() -> None:
    vocabulary = known("sea", "sea boat", "boat race", "bot")
    assert vocabulary.spelled_by("a boat at sea") == (2, 1)
    # Of equally long ones the one that came first.
    assert vocabulary.spelled_by("sea bot") == (1, 4)
    assert vocabulary.spelled_by("race") == ()


def test_another_name_of_a_tag_spells_it_also_in_a_search_of_before() -> None:
    vocabulary = known("sea")
    assert vocabulary.spelled_by("ocean") == ()
    vocabulary.call("sea", "ocean")
    vocabulary.call("sea", "ocean")
    assert vocabulary.spelled_by("ocean") == (1,)
    assert vocabulary.spelled_by("sea") == (1,)
    vocabulary.call("boat", "ship")
    assert vocabulary.spelled_by("a ship") == (2,)


def test_without_a_tag_that_it_spells_a_search_means_those_it_has_most_words_of() -> None:
    vocabulary = known("sea boat race", "sea food", "boat", "war")
    assert vocabulary.best_named("sea boat", 5) == ["boat"]
    assert vocabulary.best_named("sea", 5) == ["sea food", "sea boat race"]
    assert vocabulary.best_named("sea", 1) == ["sea food"]
    assert vocabulary.best_named("sea race", 5) == ["sea boat race", "sea food"]
    vocabulary.call("sea boat race", "sea regatta")
    # The name that fits best counts; of equals the one that comes first in the alphabet.
    assert vocabulary.best_named("sea", 5) == ["sea boat race", "sea food"]
    assert vocabulary.best_named("nothing", 5) == []


def test_what_a_search_spells_is_remembered_within_bounds() -> None:
    vocabulary = known("sea")
    for n in range(10_001):
        vocabulary.spelled_by(f"sea {n}")
    assert len(vocabulary._spelled) == 1
