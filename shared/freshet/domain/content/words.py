"""The words of a text, as searches are matched and models read them."""

import re

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Words of a text in order, case folded; of Chinese, which has no spaces, character pairs.

    >>> words("Sea & 紫砂茶壶")
    ['sea', '紫砂', '砂茶', '茶壶']
    """
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if len(word) > 2 and "\u4e00" <= word[0] <= "\u9fff":
            found += [word[at : at + 2] for at in range(len(word) - 1)]
        else:
            found.append(word)
    return found
