"""The dictionary form of a word: by simplemma's table in English, by cutting endings elsewhere.

Other languages' tables cost 100 MB and a second each, too much for what they add to comparing words of one article.
"""

from __future__ import annotations

from functools import lru_cache

import simplemma

# Past tenses that the table takes for nouns or adjectives of the same spelling.
_IRREGULAR = {
    "rose": "rise", "won": "win", "left": "leave", "felt": "feel", "saw": "see", "found": "find", "fell": "fall",
    "n't": "not", "ca": "can", "wo": "will", "cannot": "not", "better": "good", "worse": "bad", "worst": "bad",
    "an": "a", "his": "his", "her": "her", "led": "lead", "shot": "shoot", "struck": "strike", "sought": "seek",
    "bought": "buy", "hit": "hit", "cut": "cut", "met": "meet", "paid": "pay", "lay": "lie", "drew": "draw",
    "bid": "bid", "set": "set", "shed": "shed", "wound": "wound", "ground": "ground", "bore": "bear", "media": "media",
}  # fmt: skip
_SUFFIX_CHARS = 3
_MIN_STEM_CHARS = 4


@lru_cache(maxsize=65_536)
def lemma(word: str, language: str = "en") -> str:
    """The form under which `word` (case-folded) is compared with others of `language` (ISO 639-1)."""
    if language not in ("en", ""):
        keep = max(_MIN_STEM_CHARS, len(word) - _SUFFIX_CHARS)
        return word[:keep]
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("n't"):
        return "not"
    if not word.isalpha():
        return word
    return simplemma.lemmatize(word, lang="en").casefold()
