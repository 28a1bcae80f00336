"""Where a clause begins: its subject, its finite verb, and whether somebody else is named as its source."""

from __future__ import annotations

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
    NUMBER,
    PARTICIPLE,
    PREPOSITION,
    PRONOUN,
    QUOTE,
    STOP,
    SUBORDINATOR,
    Token,
)
from nutgraf.text.lexicon import Lexicon

CLAUSE_OPENERS = frozenset(("since", "after", "before", "until", "as", "than", "when", "while", "because"))
TOLD_LATER = frozenset(("but", "although", "though", "because", "before", "until"))


def main_start(tokens: list[Token], lexicon: Lexicon) -> int | None:
    """Where the main clause begins: past one leading phrase with its comma; None where it hangs on a condition."""
    first = tokens[0]
    dated = _past_time(tokens, lexicon)
    if dated:
        return dated
    spans = [i for i, token in enumerate(tokens[:2]) if token.low in SPANS]
    if spans and first.tag in (CONTENT, NUMBER, DETERMINER) and len(tokens) > 2:
        delay = next((i for i in (1, 2) if tokens[i].low in ("after", "before")), None)
        comma = next((i for i, token in enumerate(tokens[:20]) if token.tag == COMMA), None)
        if delay and comma and comma + 2 < len(tokens):
            return comma + 1  # "Hours after taking office, …"
    if opens_with_quantity(tokens):
        return 0
    conditionals = lexicon.words("conditionals")
    leading = first.tag in (PREPOSITION, GERUND, PARTICIPLE, ADVERB, SUBORDINATOR)
    if first.low == "there":
        return 0
    if not leading:
        return None if first.low in conditionals or first.tag in (CONJUNCTION, QUOTE) else 0
    beforehand = first.low == "before" and len(tokens) > 1 and tokens[1].tag == GERUND
    if first.low in conditionals and not beforehand and first.low not in TOLD_LATER:
        return None
    commas = [i for i, token in enumerate(tokens[:25]) if token.tag == COMMA and i + 2 < len(tokens)]
    if len(commas) > 1 and tokens[commas[0] + 1].tag == PREPOSITION and first.tag == PREPOSITION:
        return commas[1] + 1  # "On Monday, in line with the order, …"
    return commas[0] + 1 if commas else None


def _past_time(tokens: list[Token], lexicon: Lexicon) -> int:
    """Past "Two years later," or "Last week": where the clause behind such an opening begins, or 0."""
    near = len(tokens) > 3 and tokens[0].low in ("last", "next", "this")
    if near and tokens[1].low in lexicon.words("time_nouns") and _names(tokens[2]):
        return 2
    for i, token in enumerate(tokens[1:7], start=1):
        if token.tag == COMMA:
            said = {t.low for t in tokens[:i]}
            timed = said & (lexicon.words("time_nouns") | SPANS | lexicon.words("weekdays"))
            return i + 1 if timed and (said & _TIMES_GONE or tokens[0].low in ("last", "next", "this")) else 0
        if token.tag not in (CONTENT, NUMBER, ADVERB, PREPOSITION, DETERMINER):
            return 0
    return 0


def _names(token: Token) -> bool:
    """Whether a new phrase begins: an article, a name."""
    return token.tag == DETERMINER or (token.tag == CONTENT and token.is_capital)


_TIMES_GONE = frozenset(("later", "ago", "earlier", "before", "after", "afterward", "afterwards"))
SPANS = frozenset(["hours", "days", "weeks", "months", "years", "decades", "minutes", "hour", "day"])


def opens_with_quantity(tokens: list[Token]) -> bool:
    """Whether the subject is a rounded number: "About 30 ships", "At least two people"."""
    lows = [token.low for token in tokens[:3]]
    if len(lows) < 3:
        return False
    pair = tuple(lows[:2])
    return (lows[0] in _ROUNDERS and tokens[1].tag == NUMBER) or (pair in _ROUNDER_PAIRS and tokens[2].tag == NUMBER)


_ROUNDERS = frozenset(["about", "around", "nearly", "almost", "over", "roughly", "just", "some", "approximately"])
_ROUNDER_PAIRS = frozenset({("at", "least"), ("more", "than"), ("fewer", "than"), ("less", "than"), ("up", "to")})


def verb_after(tokens: list[Token], start: int, reach: int = 9) -> int | None:
    """Where the finite verb of the clause that begins at `start` stands, its subject being a plain phrase."""
    for i in range(start + 1, min(start + reach, len(tokens))):
        if tokens[i].tag == FINITE:
            subject = tokens[start:i]
            if any(token.low in CLAUSE_OPENERS for token in subject):
                return None  # "the day after the war started"
            alone = len(subject) == 1 and subject[0].tag == PRONOUN and start > 0
            return i if alone or not is_broken(subject) or _is_listed(subject) else None
    return None


def _is_listed(subject: list[Token]) -> bool:
    """Whether it is a plain list: "Gasoline, air fares and used car prices"."""
    commas = [i for i, token in enumerate(subject) if token.tag == COMMA]
    joined = next((i for i, token in enumerate(subject) if token.low in ("and", "or")), 0)
    plain = (CONTENT, NUMBER, DETERMINER, COMMA, CONJUNCTION)
    return bool(commas) and joined > commas[-1] and len(commas) <= 2 and all(t.tag in plain for t in subject)


def speaks_of_past(verb: Token, lexicon: Lexicon) -> bool:
    """Whether the finite verb is a past form: what happened once holds without the occasion it is told with."""
    return verb.low in _PAST or verb.low.endswith("ed") or lexicon.verb_forms.get(verb.low, "") in _PAST_FORMS


_PAST = frozenset(("was", "were", "had", "did", "went", "came", "wasn't", "weren't", "hadn't", "didn't"))
_PAST_FORMS = frozenset(("past", "past_or_participle", "base_or_past"))
_ASIDE_WORDS = 6  # "said | in a statement on Monday | that"


def content_start(tokens: list[Token], position: int) -> int:
    """Where what is said begins after a verb of saying: past "that", past the one who is told."""
    for i in range(position, min(position + _ASIDE_WORDS, len(tokens))):
        if tokens[i].low == "that":
            return i + 1
        if tokens[i].tag not in (PREPOSITION, DETERMINER, CONTENT, NUMBER, ADVERB):
            return position
    return position


def is_broken(tokens: list[Token]) -> bool:
    """Whether marks or clauses stand where a plain phrase is wanted."""
    return any(token.tag in (COMMA, STOP, QUOTE, DASH, SUBORDINATOR, PRONOUN) or token.text in "()" for token in tokens)


_NO_SAYING = frozenset(
    ["expected", "expects", "called", "calls", "described", "continued", "states", "urged", "asked", "asks"]
)


def has_attribution(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether somebody is named, or left unnamed, as the source of what is said."""
    words = lexicon.words("attribution_verbs")
    for i, token in enumerate(tokens):
        if token.low == "according":
            return True
        if token.low not in words or token.low in _NO_SAYING or _is_told_of(tokens, i):
            continue
        if token.tag in (FINITE, GERUND, BASE) or (token.tag == PARTICIPLE and not _is_passive(tokens, i, lexicon)):
            return True
    return False


def _is_told_of(tokens: list[Token], position: int) -> bool:
    """Whether the saying is itself part of what is told: "sued the paper after its editor claimed …"."""
    verb = False
    for token in tokens[max(0, position - 1) :: -1] if position else ():
        if token.tag in (COMMA, STOP, DASH, QUOTE):
            return False
        if token.low in _TELLING:
            verb = True
        elif verb and token.tag == FINITE:
            return True
    return False


_TELLING = frozenset(("after", "when", "who", "because", "since", "before", "while"))


def _is_passive(tokens: list[Token], position: int, lexicon: Lexicon) -> bool:
    """Whether the thing itself is said of: "no injuries were reported", not "it was reported that"."""
    before = tokens[max(0, position - 3) : position]
    following = tokens[position + 1].low if position + 1 < len(tokens) else ""
    is_passive = any(token.low in lexicon.words("be_forms") for token in before)
    return is_passive and following not in ("that", "to") and not any(token.low == "it" for token in before)
