"""Titles from clauses in languages whose verb forms are not listed: the main clause, cut where what follows may go."""

from __future__ import annotations

from collections.abc import Iterator

from nutgraf.stages.write.builtin.beginnings import has_attribution, is_broken
from nutgraf.stages.write.builtin.clauses import (
    ADVERB,
    COMMA,
    CONJUNCTION,
    CONTENT,
    DASH,
    DETERMINER,
    FINITE,
    NEGATION,
    NUMBER,
    PREPOSITION,
    PRONOUN,
    STOP,
    SUBORDINATOR,
    Token,
)
from nutgraf.text.lexicon import Lexicon

_MAX_SUBJECT = 9
_VERB_LAST = frozenset(("de", "nl"))
"""Languages that may put a part of the verb at the end of its clause."""


def plain_clauses(tokens: list[Token], lexicon: Lexicon, max_words: int) -> Iterator[tuple[int, int, float]]:
    """Openings of the main clause that say something whole: (start, end, quality). None where somebody says it."""
    said = has_attribution(tokens, lexicon) or any(t.low in lexicon.words("attribution_verbs") for t in tokens)
    if said or any(token.low in lexicon.words("conditionals") for token in tokens):
        return
    start = _main_start(tokens, lexicon)
    verb = _verb_after(tokens, start, lexicon) if start is not None else None
    if start is None or verb is None or tokens[verb].low in lexicon.words("reported_verbs"):
        return
    if verb + 1 < len(tokens) and tokens[verb + 1].tag == PRONOUN and lexicon.code in _VERB_LAST:
        return  # "Kurz stellt sie das Verfahren vor"
    for end in range(verb + 2, min(len(tokens), start + max_words + 2) + 1):
        quality = _ending(tokens, verb, end, lexicon)
        if quality:
            yield start, end, quality


def _main_start(tokens: list[Token], lexicon: Lexicon) -> int | None:
    """Where the main clause begins: past one leading phrase with its comma, where the subject comes behind that."""
    first = tokens[0]
    stands_for_noun = len(tokens) > 1 and tokens[1].tag == FINITE and first.tag == DETERMINER
    if first.tag in (SUBORDINATOR, CONJUNCTION, NEGATION) or first.low in lexicon.words("pronouns") or stands_for_noun:
        return None
    if first.tag == ADVERB and lexicon.code in _VERB_LAST:
        return None
    if first.tag not in (PREPOSITION, ADVERB) or lexicon.code in _VERB_LAST:
        return 0
    comma = next((i for i, token in enumerate(tokens[:14]) if token.tag == COMMA), None)
    return comma + 1 if comma is not None and comma + 2 < len(tokens) else None


def _verb_after(tokens: list[Token], start: int, lexicon: Lexicon) -> int | None:
    """The first finite verb behind a plain phrase, or None."""
    if tokens[start].tag not in (DETERMINER, CONTENT, NUMBER, PREPOSITION):
        return None
    for i in range(start + 1, min(start + _MAX_SUBJECT, len(tokens))):
        if tokens[i].tag == FINITE:
            return None if is_broken(tokens[start:i]) else i
    return None


def _ending(tokens: list[Token], verb: int, end: int, lexicon: Lexicon) -> float:
    """How well the clause may end before token `end` (0: not at all)."""
    last, after = tokens[end - 1], tokens[end] if end < len(tokens) else None
    particle = last.low in lexicon.words("separable_prefixes")
    if last.tag not in (CONTENT, NUMBER) and not particle:
        return 0.0
    told = tokens[verb + 1 : end]
    if any(token.tag in (COMMA, SUBORDINATOR) for token in told) or last.low in lexicon.words("adjectives"):
        return 0.0
    if after is not None and after.text == "." and end + 1 < len(tokens) and (last.tag == NUMBER or len(last.low) < 4):
        return 0.0  # "am 12. November", "bzw."
    if after is None or after.text in (".", ";", "!"):
        return 0.62
    if any(token.tag == NEGATION for token in tokens[verb + 1 :]):
        return 0.0
    if after.tag == COMMA:
        return _before_comma(tokens, end, lexicon)
    if after.tag == DASH:
        return 0.55
    if after.tag == CONJUNCTION:
        return 0.5 if end + 1 < len(tokens) and tokens[end + 1].tag == FINITE else 0.0
    if lexicon.code in _VERB_LAST and (tokens[0].tag == PREPOSITION or (lexicon.code == "de" and not last.is_capital)):
        return 0.0  # the subject, or more of what is said, comes behind the verb
    if particle or after.tag != PREPOSITION or after.low not in lexicon.words("title_cuts"):
        return 0.0
    if len(told) < 2 or not any(token.tag in (CONTENT, NUMBER) for token in told):
        return 0.0
    return 0.36 if lexicon.code not in _VERB_LAST or _is_closed(tokens, verb, end, lexicon) else 0.0


def _before_comma(tokens: list[Token], end: int, lexicon: Lexicon) -> float:
    following = tokens[end + 1] if end + 1 < len(tokens) else None
    if following is None:
        return 0.62
    if lexicon.code in _VERB_LAST:
        return 0.55 if following.low in lexicon.words("aside_openers") else 0.0
    listed = any(token.tag == CONJUNCTION for token in tokens[end + 1 : end + 9])
    return 0.0 if listed and following.tag in (CONTENT, NUMBER, DETERMINER) else 0.55


def _is_closed(tokens: list[Token], verb: int, end: int, lexicon: Lexicon) -> bool:
    """Whether the verb is whole before `end`: no auxiliary, no part of it at the end of the clause."""
    if tokens[verb].low in lexicon.words("auxiliaries") | lexicon.words("modals"):
        return False
    for i in range(end, len(tokens)):
        if tokens[i].tag in (COMMA, STOP, DASH, CONJUNCTION):
            return tokens[i - 1].low not in lexicon.words("separable_prefixes")
    return True
