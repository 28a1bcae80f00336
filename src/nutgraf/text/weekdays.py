"""Weekdays of English news text and the dates they certainly mean, by the day of publication.

News names the days around publication: "on Tuesday" in what has happened is the Tuesday before, or the same day. A day
is resolved only where its tense says which side of publication it is on and it lies at most NEAR_DAYS away: the sixth
and seventh day are the other side's first in another time zone. What somebody is quoted with is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from nutgraf.text.lexicon import load_lexicon
from nutgraf.text.quotations import find_quotations
from nutgraf.text.words import fold_typography

NEAR_DAYS = 5

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = re.compile(r"\b(?P<name>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b(?!'s\b|,? \d| [A-Z])")
_UNSURE_BEFORE = re.compile(
    r"\b(?:last|next|every|each|this|by|until|before|after|since|from|a|any|most)\s+$", re.IGNORECASE
)
_TO_COME = re.compile(
    r"\b(?:will|would|shall|may|might|could|should|expected|due|scheduled|set to|plans?|planned|planning|ahead of|"
    r"upcoming|is to|are to|was to|were to|going to|begins?|starts?|opens?)\b",
    re.IGNORECASE,
)
_WILL = re.compile(r"\bwill\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*", re.IGNORECASE)
_PAST = ("past", "past_or_participle")


@dataclass(frozen=True, slots=True)
class ResolvedDay:
    """A weekday's name at `start`..`end` of a text and the day it means."""

    start: int
    end: int
    day: date


def resolve_weekdays(text: str, published_on: date) -> list[ResolvedDay]:
    """The weekdays of an English sentence whose date is certain, in order; most sentences have none."""
    text = fold_typography(text)
    matches = list(_DAY.finditer(text))
    if not matches:
        return []
    side = _side(text)
    quoted = [(quotation.start, quotation.end) for quotation in find_quotations(text)]
    found = []
    for match in matches if side else ():
        if _UNSURE_BEFORE.search(text[: match.start()]) or any(a <= match.start() < b for a, b in quoted):
            continue
        days = (_NAMES.index(match.group().lower()) - published_on.weekday()) * side % 7
        if days <= NEAR_DAYS and (days or side < 0):
            found.append(ResolvedDay(match.start(), match.end(), published_on + side * timedelta(days=days)))
    return found


def _side(text: str) -> int:
    """-1 where the sentence tells only what has happened, 1 where only what "will", 0 where neither is certain."""
    verbs = load_lexicon("en").verb_forms
    is_past = any(verbs.get(word.lower()) in _PAST for word in _WORD.findall(text))
    if not _TO_COME.search(text):
        return -1 if is_past else 0
    return 1 if _WILL.search(text) and not is_past else 0
