"""Which language a text is in, as far as its script tells."""

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LATIN = re.compile(r"[A-Za-z]")

#: A Chinese text keeps its Latin product names: a fifth of Han characters decides.
_HAN_SHARE = 0.2


def language_of(text: str) -> str:
    """`zh`, `en` or `und`, from the first 2,000 characters.

    Scripts, not words, are looked at: any text in Latin letters counts as `en`. Producers who
    know better send the item's language.
    """
    text = text[:2000]
    if _KANA_OR_HANGUL.search(text):
        return "und"
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if han and han >= _HAN_SHARE * (han + latin):
        return "zh"
    return "en" if latin else "und"
