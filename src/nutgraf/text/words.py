"""Words of a text, folded for comparison."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"\w+(?:[’'\-.]\w+)*", re.UNICODE)
_CACHED_TEXTS = 16  # an article is read by many readers of numbers, names and dates one after the other
_FOLD = tuple(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‐": "-", "‑": "-"}.items()
)


@lru_cache(maxsize=_CACHED_TEXTS)
def fold_typography(text: str) -> str:
    """`text` with typographic quotes, apostrophes and hyphens made plain; its length does not change."""
    if text.isascii():
        return text
    for mark, plain in _FOLD:  # much faster than str.translate, which looks at every character
        if mark in text:
            text = text.replace(mark, plain)
    return text


def words(text: str) -> list[str]:
    """The words of `text` in lower case; numbers, contractions and hyphenated words are one word each."""
    return [match.group().casefold() for match in _WORD.finditer(fold_typography(text))]


def without_accents(text: str) -> str:
    """`text` with combining marks removed, for lenient comparison of names."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
