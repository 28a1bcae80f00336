"""How well a brief answers a search, and which words of it to show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from nutgraf.domain.search import Phrase, Piece, SearchQuery
from nutgraf.text.search_terms import placed_terms, search_terms

HEADLINE_WEIGHT = 3.0
SATURATION = 1.2
"""How fast further mentions stop to count: BM25's k1 at its usual value (Robertson & Zaragoza 2009)."""
FRESH_SHARE = 0.6
"""How much of a score is left to freshness: a brief of today outranks an equal one of long ago 2.5 to 1."""
HALF_LIFE_DAYS = 14.0


def relevance(query: SearchQuery, headline: str, body: str, *, listed_at: datetime, now: datetime) -> float:
    """A score above zero; `headline` and `body` are terms, between single spaces, of a brief that has all that is
    asked for.
    """
    score = 1.0
    for phrase in query.wanted:
        in_headline = _count(phrase, headline)
        in_body = _count(phrase, body)
        score += HEADLINE_WEIGHT * _saturated(in_headline) + _saturated(in_body)
    age_days = max(0.0, (now - listed_at).total_seconds() / 86_400)
    freshness = math.exp2(-age_days / HALF_LIFE_DAYS)
    return score * (1 - FRESH_SHARE + FRESH_SHARE * freshness)


def _count(phrase: Phrase, terms: str) -> int:
    """How often `phrase` stands in `terms`: by whole texts, since a search ranks hundreds."""
    text, sought = f" {terms} ", f" {' '.join(phrase.terms)}"
    if phrase.is_prefix:
        return text.count(sought)
    if f"{sought}{sought} " in text:  # neighbours share a space, which is counted once
        text, sought = text.replace(" ", "  "), sought.replace(" ", "  ").removeprefix(" ")
    return text.count(f"{sought} ")


def occurrences(phrase: Phrase, terms: Sequence[str]) -> list[int]:
    """The indexes in `terms` at which `phrase` begins."""
    *whole, last = phrase.terms
    if not whole and phrase.is_prefix:
        return [index for index, term in enumerate(terms) if term.startswith(last)]
    found = []
    index = -1
    for _ in range(terms.count(phrase.terms[0])):
        index = terms.index(phrase.terms[0], index + 1)
        end = index + len(whole)
        if end < len(terms) and all(terms[index + step] == term for step, term in enumerate(whole)):
            ending = terms[end]
            if ending.startswith(last) if phrase.is_prefix else ending == last:
                found.append(index)
    return found


def mark(text: str, phrases: Iterable[Phrase]) -> tuple[Piece, ...]:
    """`text` in pieces, those that the phrases match marked; neighbouring matches are one piece."""
    placed = placed_terms(text)
    terms = [term.term for term in placed]
    hits = {
        index + step for phrase in phrases for index in occurrences(phrase, terms) for step in range(len(phrase.terms))
    }
    pieces: list[Piece] = []
    done = 0
    for index, term in enumerate(placed):
        if index not in hits or index - 1 in hits:
            continue
        last = index
        while last + 1 in hits:
            last += 1
        if term.start > done:
            pieces.append(Piece(text[done : term.start]))
        pieces.append(Piece(text[term.start : placed[last].end], is_match=True))
        done = placed[last].end
    if done < len(text) or not pieces:
        pieces.append(Piece(text[done:]))
    return tuple(pieces)


def choose_snippet(sentences: Sequence[str], phrases: Sequence[Phrase]) -> str:
    """The sentence with the most of `phrases`, the first among equals; empty where there is no sentence."""
    if not sentences:
        return ""
    best, most = sentences[0], 0
    for sentence in sentences:
        if not _may_hold_any(sentence, phrases):
            continue
        terms = search_terms(sentence)
        matched = sum(bool(occurrences(phrase, terms)) for phrase in phrases)
        if matched > most:
            best, most = sentence, matched
        if most == len(phrases):
            break
    return best


def _may_hold_any(sentence: str, phrases: Sequence[Phrase]) -> bool:
    """Whether it is worth the time to take `sentence` apart: by letters alone, for those that stand as they are said.

    A word may end otherwise than its term: "ferries", "ferry".
    """
    if not sentence.isascii():
        return True
    letters = sentence.lower().replace(".", "").replace("'", "")  # which stand inside words and not in their terms
    return any(not (start := phrase.terms[0][:-1]).isalpha() or start in letters for phrase in phrases)


def _saturated(count: int) -> float:
    return count * (SATURATION + 1) / (count + SATURATION)
