"""Titles for key insights: a clause or noun phrase that the sentence itself contains, readable alone, 3–9 words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nutgraf.stages.write.builtin.clauses import (
    ADVERB,
    BASE,
    COMMA,
    CONJUNCTION,
    CONTENT,
    DASH,
    DETERMINER,
    FINITE,
    GERUND,
    NEGATION,
    NUMBER,
    PARTICIPLE,
    PREPOSITION,
    PRONOUN,
    QUOTE,
    STOP,
    SUBORDINATOR,
    TO,
    Token,
)
from nutgraf.stages.write.builtin.leaning import capitalise
from nutgraf.text.lexicon import Lexicon

MIN_TITLE_WORDS, MAX_TITLE_WORDS = 3, 9

# Prepositions that belong to the word before them: never cut there.
_BOUND = frozenset("of to from as into than about like per off out up down upon versus".split())
_SAFE_NEXT = frozenset(
    "in on at for with after during since over amid following by because when while through throughout across under between among against where which who including near around before until towards toward within as".split()
)
_MEASURES = frozenset(
    "percent per cent % million billion trillion years year months days hours people miles km kilometres kilometers metres meters degrees dollars euros pounds crowns marks tonnes tons kg points".split()
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title with how good it is, 0..1."""

    text: str
    quality: float


def best_title(text: str, tokens: list[Token], lexicon: Lexicon, salience: Mapping[str, float]) -> Title | None:
    """The best title that the sentence holds, or None. `salience` gives the weight of a lower-case word, 0..1."""
    best: Title | None = None
    if not lexicon.known:
        return None
    propose = (_clause_titles, _noun_titles) if lexicon.verb_forms else (_whole_clause, _subject_titles)
    for kind in propose:
        for start, end, quality in kind(tokens, lexicon):
            piece = tokens[start:end]
            if not _well_formed(piece, lexicon):
                continue
            weights = [salience.get(token.low, 0.0) for token in piece if token.is_word]
            quality += 0.35 * min(1.0, sum(weights) / 2.0) * (1.0 if len(weights) > 3 else 0.8)
            if best is None or quality > best.quality:
                words = text[tokens[start].start : tokens[end - 1].end]
                best = Title(capitalise(words), quality)
    return best


def _word_count(tokens: list[Token]) -> int:
    """Words as a reader counts them: parts between spaces."""
    return sum(1 for i, token in enumerate(tokens) if token.is_word and (i == 0 or tokens[i - 1].end < token.start))


def _well_formed(piece: list[Token], lexicon: Lexicon) -> bool:
    if not MIN_TITLE_WORDS <= _word_count(piece) <= MAX_TITLE_WORDS:
        return False
    if any(token.tag in (QUOTE, DASH, STOP) or token.text in "()[]" for token in piece):
        return False
    if any(token.low in lexicon.words("first_person") for token in piece):
        return False
    last = piece[-1]
    return last.is_word and last.tag in (CONTENT, NUMBER, PARTICIPLE, FINITE, ADVERB)


def _main_start(tokens: list[Token], lexicon: Lexicon) -> int | None:
    """Where the main clause begins: past one leading phrase with its comma; None where it hangs on a condition."""
    if not tokens:
        return None
    first = tokens[0]
    if first.tag in (PREPOSITION, GERUND, PARTICIPLE, ADVERB) or first.low in (
        "while",
        "when",
        "although",
        "though",
        "as",
        "after",
        "before",
        "since",
        "because",
    ):
        if first.low in lexicon.words("conditionals") and first.low not in ("although", "though", "because"):
            return None
        for i, token in enumerate(tokens[1:25], start=1):
            if token.tag == COMMA and i + 1 < len(tokens):
                return i + 1
        return None
    if first.low in lexicon.words("conditionals") or first.tag in (SUBORDINATOR, CONJUNCTION, QUOTE):
        return None
    return 0


def _clause_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[tuple[int, int, float]]:
    """Openings of the main clause that end where a clause may end."""
    start = _main_start(tokens, lexicon)
    if start is None or start >= len(tokens) or tokens[start].tag in (PRONOUN, FINITE, GERUND):
        return
    if tokens[start].low in ("this", "that", "these", "those", "there", "it", "its", "his", "her", "their"):
        return
    verb = next((i for i in range(start + 1, min(start + 10, len(tokens))) if tokens[i].tag == FINITE), None)
    if verb is None or _broken_subject(tokens, start, verb):
        return
    attributed = _has_attribution(tokens, lexicon)
    reports = tokens[verb].low in lexicon.words("attribution_verbs")
    for end in range(verb + 1, min(start + MAX_TITLE_WORDS + 3, len(tokens)) + 1):
        after = tokens[end] if end < len(tokens) else None
        quality = _clause_end(tokens, verb, end, after, lexicon)
        if quality <= 0.0:
            continue
        if attributed and not _within(tokens[start:end], lexicon):
            continue  # the title would state as fact what somebody says
        if reports and end - verb < 4:
            continue
        words = _word_count(tokens[start:end])
        quality += 0.15 if 5 <= words <= 8 else 0.0
        yield start, end, quality


def _broken_subject(tokens: list[Token], start: int, verb: int) -> bool:
    """Whether marks or clauses stand between the subject's first word and the verb."""
    return any(
        token.tag in (COMMA, STOP, QUOTE, DASH, SUBORDINATOR) or token.text in "()" for token in tokens[start:verb]
    )


def _has_attribution(tokens: list[Token], lexicon: Lexicon) -> bool:
    words = lexicon.words("attribution_verbs")
    return any(token.low in words and token.tag in (FINITE, GERUND) or token.low == "according" for token in tokens)


def _within(piece: list[Token], lexicon: Lexicon) -> bool:
    return _has_attribution(piece, lexicon)


def _clause_end(tokens: list[Token], verb: int, end: int, after: Token | None, lexicon: Lexicon) -> float:
    """How well a clause can end before `after` (0: not at all)."""
    last = tokens[end - 1]
    if (
        last.tag not in (CONTENT, NUMBER, PARTICIPLE, FINITE)
        or last.tag == FINITE
        and last.low in lexicon.words("auxiliaries") | lexicon.words("modals")
    ):
        return 0.0
    if last.low in lexicon.words("adjectives") and after is not None and after.tag not in (STOP, COMMA):
        return 0.0
    if after is None or after.tag == STOP:
        return 0.75
    if after.low in lexicon.words("conditionals") or after.tag == NEGATION:
        return 0.0
    verb_last = all(token.tag in (FINITE, PARTICIPLE, BASE, ADVERB, NEGATION) for token in tokens[verb:end])
    if verb_last and last.low not in lexicon.words("intransitive"):
        return 0.0
    if last.tag in (FINITE, PARTICIPLE) and last.low not in lexicon.words("intransitive"):
        return 0.0
    if after.tag == COMMA:
        following = tokens[end + 1] if end + 1 < len(tokens) else None
        if following is not None and (
            following.tag in (CONTENT, NUMBER, FINITE) or following.low in lexicon.words("conditionals")
        ):
            return 0.0  # inside a list, or before "but"
        return 0.6
    if last.tag == NUMBER and (after.low in _MEASURES or after.tag in (CONTENT, NUMBER)):
        return 0.0
    if last.low in _MEASURES and after.low in ("of", "a", "per"):
        return 0.0
    if after.tag in (PREPOSITION, SUBORDINATOR) and after.low in _SAFE_NEXT and after.low not in _BOUND:
        return 0.5 if after.low not in ("for", "with", "against", "between", "on") else 0.35
    return 0.0


def _noun_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[tuple[int, int, float]]:
    """Noun phrases with what belongs to them, from an edge to an edge."""
    for start in range(len(tokens)):
        if not _noun_start(tokens, start, lexicon):
            continue
        end = start
        seen_noun = False
        while end < len(tokens) and _continues_noun(tokens, end, start, lexicon):
            seen_noun = seen_noun or tokens[end].tag == CONTENT
            end += 1
        while end > start and tokens[end - 1].tag not in (CONTENT, NUMBER):
            end -= 1
        if not seen_noun or end <= start:
            continue
        after = tokens[end] if end < len(tokens) else None
        if after is not None and (
            after.tag in (NUMBER, CONTENT, GERUND) or after.low in _BOUND and after.tag != TO and after.low != "as"
        ):
            continue
        words = _word_count(tokens[start:end])
        linked = any(token.tag == PREPOSITION for token in tokens[start:end])
        yield start, end, (0.38 if linked else 0.24) + (0.1 if 4 <= words <= 8 else 0.0)


def _noun_start(tokens: list[Token], start: int, lexicon: Lexicon) -> bool:
    token = tokens[start]
    before = tokens[start - 1] if start else None
    if token.low in (
        "this",
        "that",
        "these",
        "those",
        "his",
        "her",
        "its",
        "their",
        "such",
        "another",
        "other",
        "no",
        "any",
        "some",
        "both",
        "either",
    ):
        return False
    if token.tag == DETERMINER:
        return before is None or before.tag != NEGATION
    if token.tag not in (CONTENT, NUMBER):
        return False
    return (
        before is None
        or before.tag in (FINITE, COMMA, PREPOSITION, SUBORDINATOR, BASE, PARTICIPLE, GERUND)
        and before.low not in _BOUND
    )


def _continues_noun(tokens: list[Token], position: int, start: int, lexicon: Lexicon) -> bool:
    token = tokens[position]
    if token.tag in (CONTENT, NUMBER):
        return True
    if token.tag == DETERMINER:
        return (
            position == start
            or tokens[position - 1].tag == PREPOSITION
            and token.low not in ("this", "that", "these", "those", "his", "her", "its", "their")
        )
    if token.tag == PREPOSITION:
        return (
            position > start
            and token.low in ("of", "for", "in", "on", "between", "against", "over", "from", "at", "with")
            and tokens[position - 1].tag in (CONTENT, NUMBER)
        )
    return token.tag == CONJUNCTION and token.low == "and" and position > start and tokens[position - 1].is_capital


def _whole_clause(tokens: list[Token], lexicon: Lexicon) -> Iterator[tuple[int, int, float]]:
    """Without verb forms: the sentence up to its end or first comma, where that has a finite verb."""
    for end in range(2, min(len(tokens), MAX_TITLE_WORDS + 2)):
        if tokens[end].tag in (STOP,) and any(token.tag == FINITE for token in tokens[1:end]):
            yield 0, end, 0.7
            return
        if tokens[end].tag == COMMA:
            return


def _subject_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[tuple[int, int, float]]:
    """Without verb forms: what stands before the first finite verb."""
    if not tokens or tokens[0].tag in (PREPOSITION, SUBORDINATOR, CONJUNCTION, PRONOUN, ADVERB, NEGATION, FINITE):
        return
    verb = next((i for i, token in enumerate(tokens[:12]) if token.tag == FINITE), None)
    if verb is None or _broken_subject(tokens, 0, verb):
        return
    if tokens[verb - 1].tag == CONTENT and not _has_attribution(tokens[:verb], lexicon):
        yield 0, verb, 0.4
