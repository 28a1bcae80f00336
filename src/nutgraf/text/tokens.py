"""Tokens of a text with their offsets, finer than `words`: hyphenated compounds and unspaced scripts come apart.

Scripts written without spaces (Han, kana, Thai, Lao, Khmer, Myanmar) give one token per character, so that overlap
can be measured in any language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nutgraf.text.words import fold_typography

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_NUMERAL = r"\d+(?:[.,]\d+)*"  # 12,900.5
_DOTTED = r"[^\W\d_](?:\.[^\W\d_])+(?![^\W\d_])"  # U.S, e.g
_ENDING = r"'[^\W\d_]{1,2}\b"  # 's, 'll of tokenised text
_SPACED_LETTER = rf"(?:(?![{_UNSPACED}])[^\W_])"
_TOKEN = re.compile(
    rf"[{_UNSPACED}]"  # one character of an unspaced script
    rf"|{_NUMERAL}|{_DOTTED}|{_SPACED_LETTER}+(?:'{_SPACED_LETTER}+)*|{_ENDING}"
)
# The same for a text without such characters, which is read twice as fast.
_SPACED_TOKEN = re.compile(rf"{_NUMERAL}|{_DOTTED}|[^\W_]+(?:'[^\W_]+)*|{_ENDING}")
_ANY_UNSPACED = re.compile(rf"[{_UNSPACED}]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens in order: `words` case-folded without a possessive ending, `starts` and `ends` their offsets."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def tokenise(text: str) -> Tokens:
    """The tokens of `text`; offsets are into `text` as given."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    pattern = _TOKEN if not text.isascii() and _ANY_UNSPACED.search(text) else _SPACED_TOKEN
    for match in pattern.finditer(fold_typography(text)):
        word = match.group().casefold()
        if "'" in word:
            word = _strip_clitic(word)
            if not word:
                continue
        elif "." in word and word[0].isalpha():
            word = word.replace(".", "")
        start, end = match.span()
        words.append(word)
        starts.append(start)
        ends.append(end)
    return Tokens(tuple(words), tuple(starts), tuple(ends))


def _strip_clitic(word: str) -> str:
    """Without 's (possessive or "is"); French and Italian elisions (l', d', dell') lose the article."""
    if word.endswith("'s"):
        return word[:-2]
    head, _, tail = word.partition("'")
    if len(tail) >= 3 and tail not in ("all",) and len(head) <= 5 and not head.endswith("n"):
        return tail
    return word
