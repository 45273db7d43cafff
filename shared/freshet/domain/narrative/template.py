"""The texts that are always there: what Freshet knows, in English and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass

from freshet.contracts.narratives import MAX_TITLE, NarratedItem
from freshet.contracts.recommendations import Reason, RecommendedItem
from freshet.domain.content.instructions import is_instruction
from freshet.domain.narrative.known import KnownItem, Reader

#: What is put into a sentence is cut, so that the sentence stays within its length.
_MAX_PART = 60
_TAGS = 3


@dataclass(frozen=True)
class _Words:
    untitled: str
    about: str
    anything: str
    comma: str
    last: str
    why: Mapping[str, str]


_ENGLISH = _Words(
    untitled="Something for you",
    about="All about {tags}.",
    anything="Chosen from what is new and liked.",
    comma=", ",
    last=" and ",
    why={
        "tag": "Because you like {part}.",
        "because_of": "Because you liked “{part}”.",
        "query": "Because you searched for “{part}”.",
        "similar": "Because it is close to what you looked at lately.",
        "again": "Because you had it before.",
        "trending": "Because many people look at it now.",
        "popular": "Because many people like it.",
        "fresh": "Because it has just come in.",
        "explore": "For a change: it is unlike what you usually look at.",
    },
)
_CHINESE = _Words(
    untitled="为你推荐",
    about="关于{tags}。",
    anything="从新品和热门中为你挑选。",
    comma="、",
    last="和",
    why={
        "tag": "因为你喜欢{part}。",
        "because_of": "因为你喜欢过“{part}”。",
        "query": "因为你搜索过“{part}”。",
        "similar": "因为它和你最近看的内容相近。",
        "again": "因为你以前选过它。",
        "trending": "因为现在很多人在看。",
        "popular": "因为很多人喜欢它。",
        "fresh": "因为它刚刚上新。",
        "explore": "换换口味：它和你平时看的不一样。",
    },
)


def is_chinese(language: str) -> bool:
    """Whether a BCP 47 code is one of Chinese."""
    return language.partition("-")[0].lower() == "zh"


def template(place: RecommendedItem, item: KnownItem, reader: Reader) -> NarratedItem:
    """The texts for one place of a list: the item's title and tags, and the strongest reason.

    They are in Chinese for items in Chinese, in English for all others.

    Args:
        place: of the list.
        item: what is known of it.
        reader: what is known of the user.
    """
    chinese = is_chinese(item.language)
    words = _CHINESE if chinese else _ENGLISH
    tags = [_part(tag) for tag in item.tags[:_TAGS]]
    return NarratedItem(
        item_id=place.item_id,
        language="zh" if chinese else "en",
        title=_cut(item.title, MAX_TITLE) or words.untitled,
        pitch=words.about.format(tags=_listed(tags, words)) if tags else words.anything,
        why=why(place, item, reader),
        source="template",
    )


def why(place: RecommendedItem, item: KnownItem, reader: Reader) -> str:
    """The strongest reason that can be told, as a sentence.

    Args:
        place: of the list.
        item: what is known of it.
        reader: what is known of the user.
    """
    sentences = (_CHINESE if is_chinese(item.language) else _ENGLISH).why
    for reason in place.reasons:
        part = _told(reason, item, reader)
        if part is not None:
            return sentences[reason.kind].format(part=_part(part))
    return sentences["similar"]


def _told(reason: Reason, item: KnownItem, reader: Reader) -> str | None:
    """What the sentence of a reason names; None where it cannot be told."""
    if reason.kind == "tag":
        # Tags are found in all of a text, also where it speaks to a model.
        tag = reason.tag or ""
        fit = tag in item.tags or (tag.casefold() not in item.withheld.casefold())
        return tag if tag and fit and not is_instruction(tag) else None
    if reason.kind == "because_of":
        return reader.because or None
    if reason.kind == "query":
        return reader.query or None
    return ""


def _listed(tags: list[str], words: _Words) -> str:
    return words.last.join([words.comma.join(tags[:-1]), tags[-1]] if tags[1:] else tags)


def _part(text: str) -> str:
    return _cut(text, _MAX_PART)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
