"""Shorter forms of a sentence, cut only where what is left is grammatical and still true."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from nutgraf.stages.write.builtin.clauses import (
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
    PREPOSITION,
    PRONOUN,
    QUOTE,
    SUBORDINATOR,
    TO,
    Token,
    count_words,
    has_finite_verb,
    tag_tokens,
    tokenize,
)
from nutgraf.stages.write.builtin.leaning import balanced, capitalise
from nutgraf.text.lexicon import Lexicon

_BRACKETED = re.compile(r"\s*\([^()]*\)")
_MIN_REST_WORDS = 7
_MAX_CUTS = 6
_NEVER_LAST = frozenset((PREPOSITION, CONJUNCTION, DETERMINER, SUBORDINATOR, NEGATION))
_SUBORDINATE = frozenset(
    [
        "when",
        "if",
        "while",
        "because",
        "although",
        "though",
        "after",
        "before",
        "since",
        "as",
        "unless",
        "until",
        "once",
        "where",
    ]
)
_SPANS = frozenset(("day", "week", "month", "year", "hour", "minute"))
_Cut = Callable[[str, list[Token], Lexicon], str | None]


def shorten(text: str, max_words: int, lexicon: Lexicon) -> str | None:
    """`text` in at most `max_words` words, or None where no safe cut brings it there."""
    if count_words(text) <= max_words:
        return text
    if not lexicon.known:
        return None
    text = _BRACKETED.sub("", text)
    for _ in range(_MAX_CUTS):
        if count_words(text) <= max_words:
            return text
        tokens = tag_tokens(tokenize(text), lexicon)
        shorter = next((s for cut in _CUTS if (s := cut(text, tokens, lexicon)) and _sound(s, text, lexicon)), None)
        if shorter is None:
            return None
        text = shorter
    return text if count_words(text) <= max_words else None


def _sound(shorter: str, text: str, lexicon: Lexicon) -> bool:
    """Whether a cut sentence is long enough, balanced, and still has a main clause that ends well."""
    if not balanced(shorter) or count_words(shorter) >= count_words(text) or count_words(shorter) < _MIN_REST_WORDS:
        return False
    tokens = tag_tokens(tokenize(shorter), lexicon)
    last = tokens[-2] if len(tokens) > 1 else tokens[-1]
    if last.tag in _NEVER_LAST:
        return False
    return not lexicon.verb_forms or has_main_clause(tokens)


def has_main_clause(tokens: list[Token]) -> bool:
    """Whether a finite verb stands outside a leading subordinate clause."""
    if tokens and tokens[0].low in _SUBORDINATE:
        comma = next((i for i, token in enumerate(tokens) if token.tag == COMMA), None)
        return comma is not None and has_finite_verb(tokens[comma:])
    return has_finite_verb(tokens)


def _claims(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether the part says who says so: such a part is never cut."""
    words = lexicon.words("attribution_verbs")
    return any(token.low in words and token.low not in ("expected", "expects", "called", "calls") for token in tokens)


def _inside_quotation(tokens: list[Token], position: int) -> bool:
    return sum(1 for token in tokens[:position] if token.tag == QUOTE) % 2 == 1


def _drop_dashed_aside(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    dashes = [i for i, token in enumerate(tokens) if token.tag == DASH and not _inside_quotation(tokens, i)]
    if len(dashes) == 2 and not _claims(tokens[dashes[0] : dashes[1]], lexicon):
        return text[: tokens[dashes[0]].start].rstrip() + " " + text[tokens[dashes[1]].end :].lstrip()
    if len(dashes) == 1 and dashes[0] >= _MIN_REST_WORDS:
        opener = tokens[dashes[0] + 1 : dashes[0] + 2]
        contrast = opener and opener[0].low in lexicon.words("conditionals")
        if not contrast and not _claims(tokens[dashes[0] :], lexicon):
            return _finish(text[: tokens[dashes[0]].start])
    return None


def _drop_half_aside(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """The second half of ", who mapped the coast and taught the pilots," between the subject and its verb."""
    opener = next((i for i, token in enumerate(tokens[:12]) if token.tag == COMMA), None)
    if opener is None or tokens[opener + 1].low not in ("who", "which") or _inside_quotation(tokens, opener):
        return None
    for closing in range(opener + 4, len(tokens) - 2):
        if tokens[closing].tag != COMMA or tokens[closing + 1].tag != FINITE:
            continue
        joined = next((i for i in range(opener + 4, closing - 1) if tokens[i].low == "and"), None)
        if joined is None or tokens[joined + 1].tag != FINITE or tokens[joined - 1].tag == COMMA:
            return None
        if _claims(tokens[joined:closing], lexicon) or any(t.tag == COMMA for t in tokens[opener + 1 : closing]):
            return None
        return text[: tokens[joined - 1].end] + text[tokens[closing].start :]
    return None


def _drop_inner_clause(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ ", 56, the former head," or ", which opened in 1990," between the subject and its verb."""
    commas = [i for i, token in enumerate(tokens) if token.tag == COMMA and not _inside_quotation(tokens, i)]
    if len(commas) < 2:
        return None
    first = commas[1] if tokens[0].tag in (PREPOSITION, SUBORDINATOR, GERUND) else commas[0]
    for closing in reversed(commas):
        if closing <= first or closing + 1 >= len(tokens) or tokens[closing + 1].tag != FINITE:
            continue
        aside = tokens[first + 1 : closing]
        if has_finite_verb(tokens[commas[0] if first != commas[0] else 0 : first]) or _claims(aside, lexicon):
            continue
        relative = aside[0].low in lexicon.words("aside_openers")
        appositive = aside[0].tag in (DETERMINER, NUMBER, CONTENT) and not has_finite_verb(aside)
        placed = aside[0].low in _ASIDE_PLACES and not has_finite_verb(aside)
        if not subject_agrees(tokens[:first], tokens[closing + 1]):
            continue
        if (relative or appositive or placed) and tokens[closing - 1].tag != CONJUNCTION:
            return text[: tokens[first].start] + text[tokens[closing].end :]
    return None


_ASIDE_PLACES = frozenset(("in", "at", "on", "during"))


_PLURAL_VERBS = frozenset(("were", "are", "have"))


def subject_agrees(subject: list[Token], verb: Token) -> bool:
    """False where one name alone is left before a verb of many: "Ada Quill, Jon Ames and Tom Hale, a pilot, were"."""
    if verb.low not in _PLURAL_VERBS or any(token.low == "and" for token in subject):
        return True
    named = all(token.is_capital for token in subject)
    return not named and any(token.tag == NUMBER or token.low.endswith("s") for token in subject)


def _drop_role(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ ", president of the institute," between a name and what follows."""
    commas = [i for i, token in enumerate(tokens) if token.tag == COMMA and not _inside_quotation(tokens, i)]
    for first, second in itertools.pairwise(commas):
        aside, after = tokens[first + 1 : second], tokens[second + 1] if second + 1 < len(tokens) else None
        if not aside or after is None or not tokens[first - 1].is_capital or aside[0].is_capital:
            continue
        if after.tag != TO and after.low not in ("in", "at", "on", "for", "as"):
            continue
        if aside[0].tag in (DETERMINER, CONTENT) and not has_finite_verb(aside) and not _claims(aside, lexicon):
            return text[: tokens[first].start] + text[tokens[second].end :]
    return None


def _drop_trailing(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ ", which …", ", after …", ", killing three", ", a cut of …": the last part, when the rest has its own verb."""
    for position in range(len(tokens) - 3, _MIN_REST_WORDS, -1):
        if tokens[position].tag != COMMA or _inside_quotation(tokens, position):
            continue
        kept, rest = tokens[:position], tokens[position + 1 :]
        opener = rest[0]
        if _claims(rest, lexicon) or not has_main_clause(kept) or is_list(kept, rest):
            continue
        appositive = (opener.low in lexicon.words("articles") or opener.low == "one") and is_appositive(rest)
        if appositive and not lexicon.verb_forms and _awaits_object(kept):
            continue
        if not (opener.low in lexicon.words("trailing_droppable") or opener.tag == GERUND or appositive):
            continue
        if opener.low in ("after", "when", "as", "while") and any(t.low in lexicon.words("modals") for t in kept):
            continue
        return _finish(text[: tokens[position].start])
    return None


def _awaits_object(kept: list[Token]) -> bool:
    """Whether a comma stands behind the verb, so that its object may come after it.

    "L'équipe a découvert, au large des Açores, | un récif …"
    """
    verb = next((i for i, token in enumerate(kept) if token.tag == FINITE), len(kept))
    return any(token.tag == COMMA for token in kept[verb:])


def is_appositive(rest: list[Token]) -> bool:
    """Whether the part is a noun phrase: a finite verb only inside a clause that describes it."""
    for i, token in enumerate(rest[:4]):
        if i and token.low in ("after", "before") and rest[i - 1].low.removesuffix("s") in _SPANS:
            return True  # "a day after auditors reported a shortfall"
    for token in rest:
        if token.tag == SUBORDINATOR or token.low == "than":
            return True
        if token.tag == FINITE:
            return False
    return True


def is_list(kept: list[Token], rest: list[Token]) -> bool:
    """Whether the comma stands inside a list, or another comma reopens the main clause after the part."""
    if kept[-1].tag in _NEVER_LAST:
        return True
    for i, token in enumerate(rest[:-1]):
        if token.tag == COMMA and rest[i + 1].tag in (CONJUNCTION, PREPOSITION, FINITE, BASE):
            return True
    return (
        rest[0].tag == DETERMINER and any(t.tag == CONJUNCTION for t in rest[:6]) and any(t.tag == COMMA for t in kept)
    )


def _drop_trailing_bare(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ " after …", " amid …" without a comma, in a sentence about what has already happened."""
    openers = lexicon.words("trailing_bare_droppable")
    for position in range(len(tokens) - 3, _MIN_REST_WORDS + 1, -1):
        if tokens[position].low not in openers or _inside_quotation(tokens, position):
            continue
        kept, rest = tokens[:position], tokens[position:]
        if any(t.tag == COMMA for t in rest) or rest[1].tag not in (DETERMINER, CONTENT, NUMBER, GERUND):
            continue
        if _claims(rest, lexicon) or not has_main_clause(kept):
            continue
        if any(t.low in lexicon.words("modals") for t in kept) and not has_happened(rest, lexicon):
            continue
        measured = len(kept) > 3 and kept[-3].low in ("in", "for") and kept[-2].tag == NUMBER  # "in 41 years | after"
        if kept[-1].tag not in (CONTENT, NUMBER) or (
            not measured
            and any(
                t.low
                in (
                    "day",
                    "days",
                    "week",
                    "weeks",
                    "hours",
                    "year",
                    "years",
                    "month",
                    "months",
                    "shortly",
                    "soon",
                    "minutes",
                )
                for t in kept[-2:]
            )
        ):
            continue
        return _finish(text[: tokens[position].start])
    return None


def has_happened(rest: list[Token], lexicon: Lexicon) -> bool:
    """Whether the part tells what happened, so that it is no condition of what will: "after the council voted"."""
    verb = next((token for token in rest if token.tag == FINITE), None)
    return verb is not None and lexicon.verb_forms.get(verb.low) in ("past", "past_or_participle")


def _drop_leading(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ "While prices fell, …": a leading clause whose loss leaves the main clause true."""
    if tokens[0].low not in lexicon.words("leading_droppable"):
        return None
    comma = next((i for i, token in enumerate(tokens) if token.tag == COMMA), None)
    if comma is None or _inside_quotation(tokens, comma) or _claims(tokens[:comma], lexicon):
        return None
    rest = tokens[comma + 1 :]
    if not rest or rest[0].tag not in (DETERMINER, CONTENT, NUMBER) or not has_finite_verb(rest):
        return None
    return capitalise(text[tokens[comma].end :].lstrip())


def _drop_second_predicate(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ " and must end within 90 days", ", and the company did …": a second thing said of the same or a new subject."""
    for position in range(len(tokens) - 4, _MIN_REST_WORDS, -1):
        if tokens[position].low != "and" or _inside_quotation(tokens, position):
            continue
        comma = tokens[position - 1].tag == COMMA
        kept, rest = tokens[: position - comma], tokens[position + 1 :]
        if _claims(rest, lexicon) or not has_main_clause(kept) or kept[-1].tag in _NEVER_LAST:
            continue
        infinitive = any(t.tag == TO for t in kept) and lexicon.verb_forms.get(rest[0].low) == "base" and not comma
        predicate = rest[0].tag == FINITE or infinitive
        clause = comma and rest[0].tag in (DETERMINER, CONTENT, PRONOUN) and has_finite_verb(rest[1:8])
        if not (predicate or clause) or any(t.low == "between" or t.low == "both" for t in kept):
            continue
        if clause and any(token.tag == COMMA for token in kept):
            continue
        return _finish(text[: kept[-1].end])
    return None


def _drop_weekday(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ " on Tuesday": the page says when the article was published."""
    days = lexicon.words("weekdays")
    for i in range(2, len(tokens) - 1):
        if tokens[i].low in days and tokens[i - 1].low == "on" and not _inside_quotation(tokens, i):
            said = tokens[i - 2].low in lexicon.words("attribution_verbs")
            if tokens[i + 1].tag in (FINITE, PREPOSITION, SUBORDINATOR, TO) or tokens[i + 1].text == "." or said:
                if tokens[i - 2].tag == COMMA or tokens[i + 1].tag in (COMMA, CONJUNCTION):
                    return None
                return text[: tokens[i - 2].end] + text[tokens[i].end :]
    return None


def _drop_in_which(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ " in which a person …": a clause that tells more of a noun which stands without it."""
    for position in range(len(tokens) - 3, _MIN_REST_WORDS, -1):
        preposition, relative = tokens[position], tokens[position + 1]
        if preposition.tag != PREPOSITION or relative.low not in ("which", "whom"):
            continue
        if _inside_quotation(tokens, position) or _claims(tokens[position:], lexicon):
            continue
        kept = tokens[:position] if tokens[position - 1].tag != COMMA else tokens[: position - 1]
        definite = any(token.low in ("the", "those", "only", "no") or token.tag == NEGATION for token in kept[-4:])
        if kept[-1].tag == CONTENT and not definite and has_main_clause(kept):
            return _finish(text[: kept[-1].end])
    return None


def _drop_bare_weekday(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ " Friday" without a preposition, as American papers have it: "approved a rule Friday requiring …"."""
    days = lexicon.words("weekdays")
    for i in range(2, len(tokens) - 1):
        before, token, after = tokens[i - 1], tokens[i], tokens[i + 1]
        if token.low not in days or _inside_quotation(tokens, i):
            continue
        apart = before.tag == FINITE or (before.tag == CONTENT and not before.is_capital)
        if apart and (after.text == "." or after.tag in (TO, GERUND, SUBORDINATOR, PREPOSITION)):
            return text[: before.end] + text[token.end :]
    return None


def _drop_age(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ ", 56," behind a name."""
    for before, opening, age, closing in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        if before.is_capital and opening.tag == closing.tag == COMMA and age.text.isdigit() and len(age.text) == 2:
            return text[: opening.start] + text[closing.end :]
    return None


def _drop_published(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ " published on Tuesday" at the end: the page says when."""
    if len(tokens) < _MIN_REST_WORDS + 4 or tokens[-2].low not in lexicon.words("weekdays") or tokens[-3].low != "on":
        return None
    tells = tokens[-4].low in _MADE_KNOWN and tokens[-5].tag == CONTENT and tokens[-6].tag == DETERMINER
    return _finish(text[: tokens[-5].end]) if tells else None


_MADE_KNOWN = frozenset(("published", "released", "issued", "announced"))


def _drop_leading_place(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ "About 900 miles off the coast of Chile, …": a place or a time that a name or a number makes definite."""
    comma = next((i for i, token in enumerate(tokens[:_LONGEST_PLACE]) if token.tag == COMMA), None)
    if comma is None or comma + 2 >= len(tokens):
        return None
    place, rest = tokens[:comma], tokens[comma + 1 :]
    opens = place[0].low in _PLACE_OPENERS or (place[0].low == "about" and place[1].tag == NUMBER)
    definite = any(token.is_capital or token.tag == NUMBER for token in place[1:])
    loose = any(token.low in _LOOSE or token.tag in (FINITE, GERUND, QUOTE, SUBORDINATOR) for token in place)
    if not opens or not definite or loose or _claims(place, lexicon):
        return None
    if rest[0].tag not in (DETERMINER, CONTENT, NUMBER) or rest[1].tag == COMMA or not has_finite_verb(rest[:12]):
        return None
    return capitalise(text[tokens[comma].end :].lstrip())


_LONGEST_PLACE = 14
_PLACE_OPENERS = frozenset(("in", "on", "at", "near", "outside", "across", "during"))
_LOOSE = frozenset(
    [
        "some",
        "many",
        "most",
        "few",
        "case",
        "cases",
        "theory",
        "part",
        "all",
        "every",
        "each",
        "other",
        "only",
        "no",
        "any",
        "half",
    ]
)


def _drop_trailing_place(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ " in the Compact League" at the end, unless something is the first or the only one there."""
    if tokens[-1].text != "." or not tokens[-2].is_capital:
        return None
    start = len(tokens) - 2
    while start > _MIN_REST_WORDS and tokens[start].is_capital:
        start -= 1
    start -= tokens[start].low == "the"
    if tokens[start].low not in ("in", "at", "near", "outside") or _inside_quotation(tokens, start):
        return None
    kept = tokens[:start]
    scope = lexicon.words("scope_words")
    limited = any(t.tag == NEGATION or t.low in scope or t.low in _RANKS or t.low.endswith("est") for t in kept)
    if limited or kept[-1].tag not in (CONTENT, NUMBER) or not has_main_clause(kept) or kept[-1].low == "based":
        return None
    return _finish(text[: kept[-1].end])


_RANKS = frozenset(("first", "last", "only", "all", "every", "any", "each", "most", "no", "least"))


def _finish(kept: str) -> str:
    """`kept` with a full stop."""
    kept = kept.rstrip(" ,;:—–-")
    return kept if kept[-1:] in ".!?…" else kept + "."


_CUTS: tuple[_Cut, ...] = (
    _drop_dashed_aside,
    _drop_half_aside,
    _drop_inner_clause,
    _drop_role,
    _drop_trailing,
    _drop_leading,
    _drop_in_which,
    _drop_published,
    _drop_weekday,
    _drop_bare_weekday,
    _drop_age,
    _drop_leading_place,
    _drop_second_predicate,
    _drop_trailing_bare,
    _drop_trailing_place,
)
