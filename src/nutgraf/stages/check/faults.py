"""Faults that need no weighing: a number, date, name or quoted word of the claim that the article does not have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nutgraf.stages.check.evidence import kin_of
from nutgraf.stages.check.index import ArticleIndex, Reading
from nutgraf.text.dates import date_agrees, find_dates
from nutgraf.text.lemmas import lemma
from nutgraf.text.names import Name, acronyms
from nutgraf.text.numbers import Quantity, find_quantities, is_among
from nutgraf.text.places import place_key
from nutgraf.text.quotations import find_quotations, locate_quotation
from nutgraf.text.tokens import tokenise
from nutgraf.text.words import without_accents

FaultKind = Literal[
    "number", "date", "name", "split_name", "quote", "unquoted",
    "left_out", "qualifier", "negation", "turned", "hedge",
    "pronoun", "repeated", "scope", "cause", "roles", "mode", "speaker", "fused", "counted",
    "predicate",
]  # fmt: skip

MARKED_KINDS: frozenset[FaultKind] = frozenset(
    ("repeated", "cause", "roles", "mode", "fused", "counted", "predicate", "scope", "split_name", "qualifier")
)
"""Soft faults that allow no more than a weak verdict."""

_NOUN_CAPITALS = frozenset(("de", "lb"))
_TITLE_CASE_SHARE = 0.6
_MIN_TITLE_CASE_WORDS = 4
_VAGUE_WORDS = frozenset(("one", "a", "first", "second", "two", "half"))
_QUOTED_PHRASE_WORDS = 4
_MAX_SHORT_FORM_CHARS = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """Something amiss with a claim; a hard one makes it unsupported whatever else speaks for it."""

    kind: FaultKind
    reason: str
    is_hard: bool = True


def find_foreign(claim: Reading, evidence: Sequence[int], index: ArticleIndex) -> list[Fault]:
    """Numbers, dates, names and quoted words of `claim`, which rests on `evidence`, that the article nowhere has."""
    text = claim.text
    if index.says_verbatim(text):
        return []
    dates = find_dates(text, index.published_on) if index.language == "en" else []
    faults = [
        Fault("date", f"“{date.text}” is not in the article", is_hard=not date.is_relative)
        for date in dates
        if date.text.casefold() not in ("today", "tonight") and not date_agrees(date, index.dates, index.published_on)
    ]
    for quantity in find_quantities(text, index.language):
        if not any(quantity.start < date.end and date.start < quantity.end for date in dates):
            faults.extend(_number_fault(quantity, evidence, index))
    faults.extend(_quote_faults(text, index))
    faults.extend(_name_faults(claim, index, [(date.start, date.end) for date in dates]))
    return faults


def _number_fault(quantity: Quantity, evidence: Sequence[int], index: ArticleIndex) -> list[Fault]:
    if quantity.is_word and quantity.text.casefold() in _VAGUE_WORDS:
        return []
    if is_among(quantity, index.quantities_in(evidence)) or is_among(quantity, index.quantities):
        return []
    return [Fault("number", f"“{quantity.text.strip()}” is not in the article", is_hard=True)]


def _quote_faults(text: str, index: ArticleIndex) -> list[Fault]:
    faults = []
    for quotation in find_quotations(text):
        place = locate_quotation(quotation.words, index.folded)
        if place is None and locate_quotation(quotation.words.casefold(), index.folded.casefold()):
            faults.append(Fault("unquoted", "the quoted words differ in their capitals", is_hard=False))
        elif place is None:
            faults.append(Fault("quote", f"quoted words differ: “{quotation.words}” is not in the article"))
        elif len(quotation.words.split()) >= _QUOTED_PHRASE_WORDS and not _is_quoted(place, index):
            faults.append(Fault("unquoted", "the article does not put these words in quotation marks", is_hard=False))
    return faults


def _is_quoted(place: tuple[int, int], index: ArticleIndex) -> bool:
    """Whether the article quotes at about this place (folding may shift offsets by a few characters)."""
    shift = len(index.folded) - len(index.text)
    slack = abs(shift) + 2
    return any(q.start - slack <= place[0] <= q.end + slack for q in index.quotations)


def _name_faults(claim: Reading, index: ArticleIndex, taken: list[tuple[int, int]]) -> list[Fault]:
    if index.language in _NOUN_CAPITALS or is_title_case(claim.text):
        return []
    faults = []
    for name in claim.names:
        if any(start <= name.start < end for start, end in taken):
            continue
        if set(acronyms(name.words)) & index.surface:
            continue
        if _foreign_words(name, index):
            faults.append(Fault("name", f"“{name.text}” is not in the article"))
        elif len(name.words) > 1 and not _stand_together(name, index):
            faults.append(Fault("split_name", f"the article does not put “{name.text}” together", is_hard=False))
    return faults


def is_title_case(text: str) -> bool:
    """Whether nearly every word begins with a capital, so that capitals tell no names."""
    words = [word for word in text.split() if word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= _MIN_TITLE_CASE_WORDS and capitals > _TITLE_CASE_SHARE * len(words)


def _foreign_words(name: Name, index: ArticleIndex) -> list[str]:
    foreign = []
    for place, spelled in enumerate(name.words):
        for word in tokenise(spelled).words:
            if word in index.surface:
                continue
            if word in index.name_words or without_accents(word) in index.name_words:
                continue
            if index.language == "en" and _is_known_place(word, name.words[place + 1 : place + 2], index):
                continue
            if name.is_initial and place == 0 and (len(name.words) == 1 or kin_of(lemma(word, index.language), index)):
                continue
            if lemma(word, index.language) in index.positions or word.removesuffix("s") in index.name_words:
                continue
            if any(character.isdigit() for character in word) or _is_short_form(word, index):
                continue
            foreign.append(word)
    return foreign


def _is_short_form(word: str, index: ArticleIndex) -> bool:
    """Whether a few letters shorten a name's word of the article: Utd, Dept, Govt."""
    if not 2 <= len(word) <= _MAX_SHORT_FORM_CHARS:
        return False
    pattern = re.compile(re.escape(word[0]) + ".*" + ".*".join(map(re.escape, word[1:])))
    return any(pattern.match(part) for name in index.reading.names for part in name.words if len(part) > len(word))


def _is_known_place(word: str, following: tuple[str, ...], index: ArticleIndex) -> bool:
    key = place_key(word, following[0] if following else "")
    return bool(key) and key in index.places


def _stand_together(name: Name, index: ArticleIndex) -> bool:
    """Whether the name's last two words share a sentence of the article."""
    sentences = []
    for word in name.words[-2:]:
        parts = tokenise(word).words
        held: set[int] = set()
        for part in parts:
            held.update(index.sentence_of[p] for p in index.positions.get(lemma(part, index.language), ()))
        sentences.append(held)
    if any(not held for held in sentences):
        return True  # an acronym, a demonym or another spelling
    return bool(set.intersection(*sentences))
