"""Whether a text that a model wrote is fit to be shown: it may say nothing that is not known.

A model makes things up, and it may have obeyed the item that it was to describe. So each name,
number and quotation must stand in what is known, nothing may lead elsewhere, and nothing may repeat
what the item said to the model. It is a check of form: a false sentence made of the item's own
words passes.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Literal

from freshet.contracts.narratives import MAX_PITCH, MAX_TITLE, MAX_WHY
from freshet.domain.content.document import clean
from freshet.domain.content.instructions import is_instruction
from freshet.domain.content.language import language_of
from freshet.domain.content.words import words
from freshet.domain.narrative.known import KnownItem, Reader
from freshet.domain.narrative.plain_words import PLAIN_WORDS
from freshet.domain.narrative.template import is_chinese
from freshet.domain.narrative.texts import PersonalTexts, Texts

#: What is wrong with a text.
Fault = Literal[
    "length",
    "characters",
    "language",
    "sentences",
    "link",
    "instruction",
    "echo",
    "number",
    "name",
    "quotation",
    "off_topic",
]

#: So many words (of Chinese, pairs of characters) in a row are no coincidence.
_ECHO = 4

_MARKUP = re.compile(r"[<>{}\[\]|\\`*_#@^~=]")
_LINK = re.compile(
    r"://|www\.|[a-z0-9-]{2,}\.[a-z]{2,}|微信|加我|扫码|二维码|电话|"
    r"\b(whatsapp|telegram|wechat|e-?mail|phone|click here)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]")
_QUOTED = re.compile(r"[“\"]([^”\"]+)[”\"]|[「『《‘]([^」』》’]+)[」』》’]")
_NUMBER = re.compile(
    r"\d+(?:[.,:]\d+)*|[$€£¥￥%％‰]|"
    r"[一二三四五六七八九十百千万亿两半]+(?:折|元|块|倍|年|天|人|次|个月|成)"
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f'’]*|[^\W\d_A-Za-z\u00c0-\u024f]+")
_SEAM = re.compile(r"(?<=[a-zA-Z\d])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[a-zA-Z\d])")
_OPENS = re.compile(r"(?:^|[.!?:;“\"(]\s*|\s[–—-]\s)$")


@dataclass(frozen=True)
class Ground:
    """What a text may stand on.

    Attributes:
        text: everything that is known.
        topic: what a text must touch.
    """

    text: str
    topic: str

    @cached_property
    def folded(self) -> str:
        """The text in one case."""
        return self.text.casefold()

    @cached_property
    def names(self) -> Set[str]:
        """The words that can be names, without a plural's s."""
        return {_singular(found[0]) for found in _WORD.finditer(self.text)}

    @cached_property
    def numbers(self) -> Set[str]:
        """Numbers and signs of money."""
        return set(_NUMBER.findall(self.text))

    @cached_property
    def subjects(self) -> Set[str]:
        """The words that say what it is about."""
        return set(_telling(self.topic))


def fault(item: KnownItem, reader: Reader, texts: Texts) -> Fault | None:
    """What is wrong with the texts for an item; None if they are fit.

    Args:
        item: what they are about.
        reader: what the model was told of the user.
        texts: what it wrote.
    """
    head = f"{item.title} . {' . '.join(item.tags)}"
    about = Ground(text=f"{head} . {item.trusted}", topic=head)
    known = f"{' . '.join(reader.likes)} . {reader.because} . {reader.query}"
    personal = Ground(text=f"{about.text} . {known}", topic=f"{head} . {known}")
    script = "zh" if is_chinese(item.language) else language_of(f"{item.title} {item.trusted}")
    forbidden = set(_runs(item.withheld)) - set(_runs(about.text))
    parts = [(texts.title, MAX_TITLE, about, 0), (texts.pitch, MAX_PITCH, about, 1)]
    if isinstance(texts, PersonalTexts):
        parts.append((texts.why, MAX_WHY, personal, 1))
    for text, longest, ground, sentences in parts:
        found = _form(text, longest, script, sentences) or _content(text, ground, forbidden)
        if found is not None:
            return found
    return None


def _form(text: str, longest: int, script: str, sentences: int) -> Fault | None:
    """What is wrong with it whatever it is about."""
    if not 2 <= len(text) <= longest:
        return "length"
    if clean(text) != text or _MARKUP.search(text):
        return "characters"
    if language_of(text) != script:
        return "language"
    if len(_SENTENCE_END.findall(text)) > sentences:
        return "sentences"
    if _LINK.search(text):
        return "link"
    return "instruction" if is_instruction(text) else None


def _content(text: str, ground: Ground, forbidden: Set[tuple[str, ...]]) -> Fault | None:
    """What it says that is not known."""
    if not forbidden.isdisjoint(_runs(text)):
        return "echo"
    if not set(_NUMBER.findall(text)) <= ground.numbers:
        return "number"
    if any(_singular(name) not in ground.names for name in _names(text)):
        return "name"
    if any((one or other).casefold() not in ground.folded for one, other in _QUOTED.findall(text)):
        return "quotation"
    return None if not ground.subjects.isdisjoint(_telling(text)) else "off_topic"


def _names(text: str) -> Iterator[str]:
    """The words that may be names: those of another script than the text's, and with a capital.

    At the start of a sentence a plain word has a capital too.
    """
    is_latin = language_of(text) == "en"
    for found in _WORD.finditer(text):
        word = found[0]
        if (_LATIN.match(word) is not None) != is_latin:
            yield word
        elif word != word.lower() and word != "I":
            opens = word[1:] == word[1:].lower() and _OPENS.search(text[: found.start()])
            if not (opens and word.casefold() in PLAIN_WORDS):
                yield word


def _singular(word: str) -> str:
    return word.casefold().replace("’", "'").removesuffix("'s").removesuffix("s")


def _telling(text: str) -> Iterator[str]:
    return (_singular(word) for word in _words(text) if word not in PLAIN_WORDS and len(word) > 1)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Each `_ECHO` words in a row; all of them where there are fewer."""
    found = _words(text)
    if 0 < len(found) < _ECHO:
        return iter((tuple(found),))
    return zip(*(islice(found, at, None) for at in range(_ECHO)), strict=False)


def _words(text: str) -> list[str]:
    """The words; of a number with Chinese behind it, as in 250克, each its own."""
    return words(_SEAM.sub(" ", text))
