"""Interest tags of an item: the producer's words first, then phrases of the text itself."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from freshet.contracts.inputs import Item
from freshet.domain.content.document import clean

MAX_TAGS = 12
MAX_TAG_CHARACTERS = 40

#: Phrases of the text are looked for only where the producer gave fewer tags than this.
_ENOUGH = 5

_WORD = re.compile(r"[a-z][a-z'-]{2,}")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")

_STOP = frozenset(
    "about above after again all also and any are because been before being below between both "
    "but can could did does doing down during each few for from further get had has have having "
    "her here hers him his how into its just let made make many more most much must new nor not "
    "now off once one only other our out over own same she should some such than that the their "
    "them then there these they this those through too two under until upon use used using very "
    "was way were what when where which while who whom why will with would you your".split()
)
_HAN_STOP = frozenset(
    "的了和是在有我你他她它们这那与及或也就都而着为以于之其被把让给对从到不很更最又"
)


def tags_of(item: Item) -> list[str]:
    """At most 12 tags, strongest first, each once, none longer than 40 characters."""
    tags = list(_unique(map(normalise, [*item.tags, item.category or ""])))
    if len(tags) < _ENOUGH:
        text = clean(f"{item.title}. {item.title}. {item.text[:4_000]}").casefold()
        tags = list(_unique([*tags, *key_phrases(text)]))
    return tags[:MAX_TAGS]


def normalise(tag: str) -> str:
    """One spelling for a tag: compatibility forms, case and spaces made equal; cut to length."""
    text = clean(unicodedata.normalize("NFKC", tag[: 4 * MAX_TAG_CHARACTERS])).casefold()
    return text[:MAX_TAG_CHARACTERS].strip()


def key_phrases(text: str, count: int = 6) -> list[str]:
    """The words, word pairs and Chinese character pairs that a lower-case text comes back to.

    A pair counts half more than a word, as it says more; ties go to what comes first.
    """
    scores: Counter[str] = Counter()
    words = _WORD.findall(text)
    for word in words:
        if word not in _STOP:
            scores[word] += 2
    for first, second in itertools.pairwise(words):
        if first not in _STOP and second not in _STOP and f"{first} {second}" in text:
            scores[f"{first} {second}"] += 3
    for run in _HAN_RUN.findall(text):
        for first, second in itertools.pairwise(run):
            if first not in _HAN_STOP and second not in _HAN_STOP:
                scores[first + second] += 3
    return [phrase for phrase, score in scores.most_common(count) if score > 2]


def _unique(tags: Iterable[str]) -> dict[str, None]:
    return {tag: None for tag in tags if tag}
