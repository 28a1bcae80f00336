"""The words of a sentence with their offsets, and the spans of capitalised words among them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from nutgraf.text.words import fold_typography

MAX_SPAN_WORDS = 8

_WORD = re.compile(r"(?:[^\W\d_]\.){1,5}(?:[^\W\d_](?![\w]))?|[^\W\d_][\w'\-]*|\d[\d,.]*|&", re.UNICODE)
_JOINER_WORDS = "of de la le du van von der den di da dos del bin al el ibn ben y"
_ABBREVIATED_WORDS = "sen sens rep reps gov dr mr mrs ms prof lt sgt capt col gen adm maj cpl rev st jr sr ft mt fr"
JOINERS = frozenset(_JOINER_WORDS.split())
"""Small words that stand within names."""
_ABBREVIATIONS = frozenset(_ABBREVIATED_WORDS.split())
"""Words whose full stop does not end a span."""
_SUFFIXES = frozenset(("jr", "sr"))
"""What a comma may part from a name: "Ansel Reyl, Jr."."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence; `gap` is what stands before it. A possessive ending is off `text` and told apart."""

    text: str
    start: int
    end: int
    gap: str
    is_possessive: bool = False

    @property
    def folded(self) -> str:
        """Without case and full stop at its end."""
        return self.text.casefold().rstrip(".")

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[:1].isupper()


@dataclass(frozen=True, slots=True)
class Span:
    """Words `first` to `last` (exclusive) of a sentence, the first and the last of them capitalised."""

    first: int
    last: int


def split_words(sentence: str) -> list[Word]:
    """The words of a sentence, typography folded."""
    folded = fold_typography(sentence)
    words = []
    end = 0
    for match in _WORD.finditer(folded):
        text = match.group()
        bare = text.removesuffix("'s").removesuffix("'")
        is_possessive = bare != text and bool(bare)
        words.append(
            Word(
                bare if is_possessive else text, match.start(), match.end(), folded[end : match.start()], is_possessive
            )
        )
        end = match.end()
    return words


def find_spans(words: Sequence[Word], lower_words: Collection[str], given_names: Collection[str]) -> Iterator[Span]:
    """Spans of capitalised words, with small joiners between them, that no punctuation or possessive interrupts.

    The word that begins the sentence counts only where the text does not have it in small letters too.
    """
    first: int | None = None
    last = 0
    for index, word in enumerate(words):
        if first is not None and not (_joins(words[index - 1], word) and index - first < MAX_SPAN_WORDS):
            yield Span(first, last)
            first = None
        if word.is_capital:
            if first is None:
                if index == 0 and word.folded in lower_words and not _begins_name(words, given_names):
                    continue
                first = index
            last = index + 1
        elif first is not None and word.text not in JOINERS:
            yield Span(first, last)
            first = None
    if first is not None:
        yield Span(first, last)


def is_joined(words: Sequence[Word], index: int) -> bool:
    """Whether word `index` follows the one before it within one phrase."""
    return 0 < index < len(words) and _joins(words[index - 1], words[index])


def _joins(before: Word, word: Word) -> bool:
    if before.is_possessive:
        return False
    if word.gap == ", ":
        return word.folded in _SUFFIXES
    return word.gap == " " or (word.gap == ". " and before.folded in _ABBREVIATIONS)


def _begins_name(words: Sequence[Word], given_names: Collection[str]) -> bool:
    return words[0].folded in given_names and is_joined(words, 1) and words[1].is_capital
