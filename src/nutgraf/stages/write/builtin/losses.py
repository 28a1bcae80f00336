"""What a cut would take from a clause: its condition, its limit, its rate, or what its verb says of its object."""

from __future__ import annotations

import itertools

from nutgraf.stages.write.builtin.beginnings import speaks_of_past
from nutgraf.stages.write.builtin.clauses import (
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
    STOP,
    SUBORDINATOR,
    TO,
    Token,
)
from nutgraf.text.lexicon import Lexicon

_REACH = 24  # tokens behind a cut
_CONDITION_REACH = 14
_CONDITIONS = frozenset(("if", "unless", "provided"))
# In the present or the future these say on what condition: "opens once the ice has gone".
_OCCASIONS = frozenset(("when", "once", "whenever", "wherever", "where"))
_PERCEIVING = frozenset(("saw", "see", "sees", "seen", "had", "find", "finds", "found", "heard", "watched", "got"))
_ADDITIONS = frozenset(
    ("extra", "further", "additional", "another", "more", "full", "record", "whopping", "staggering")
)
_EACH = frozenset(("each", "every", "per", "a", "an", "annually", "daily", "monthly", "weekly", "yearly"))
_PLACES = frozenset(("in", "at", "across", "within", "among", "throughout", "near", "inside"))
_QUANTIFIERS = frozenset(("all", "every", "no", "none", "most", "half", "only"))
# Behind these another statement begins, which narrows no "only" or "largest" before them.
_APART = frozenset(("when", "while", "because", "although", "though", "whereas"))


def is_lossy(tokens: list[Token], start: int, verb: int, group_end: int, end: int, lexicon: Lexicon) -> bool:
    """Whether a cut before token `end` takes from the clause what it cannot be understood or believed without.

    The clause begins at `start`, its verb at `verb`, and `group_end` is where the verb's own words end.
    """
    if (
        _is_conditional(tokens, verb, end, lexicon)
        or _is_before_figure(tokens, end)
        or _is_half_pair(tokens[start:end])
    ):
        return True
    if _parts_rate(tokens, verb, end, lexicon) or _is_local_count(tokens, verb, end, lexicon):
        return True
    if _awaits_more(tokens, verb, group_end, end, lexicon) or _is_half_given(tokens, verb, group_end, end, lexicon):
        return True
    if _is_narrowed(tokens, verb, end, lexicon):
        return True
    if end >= len(tokens) or tokens[end].tag in (STOP, COMMA):
        return False
    if (
        _says_little(tokens, group_end, end, lexicon)
        or _is_object_of_change(tokens, verb, end)
        or _is_thin_definition(tokens, verb, group_end, end, lexicon)
    ):
        return True
    # "the only state" says more than "the only state where it is allowed"
    return _limits(tokens, start, verb, end, lexicon)


def _is_conditional(tokens: list[Token], verb: int, end: int, lexicon: Lexicon) -> bool:
    """Whether a condition follows in the same sentence, which a cut would take away."""
    past = speaks_of_past(tokens[verb], lexicon)
    for distance, token in enumerate(tokens[end : end + _CONDITION_REACH]):
        if token.tag == STOP:
            return False
        if token.low in _CONDITIONS or (distance < _NEAR and not past and token.low in _OCCASIONS):
            return True
    return False


_NEAR = 6


def _is_before_figure(tokens: list[Token], end: int) -> bool:
    """Whether a cut would part a word of addition from its figure: "took an extra | 41 minutes"."""
    return end < len(tokens) and tokens[end].text[0].isdigit() and tokens[end - 1].low in _ADDITIONS


def _says_little(tokens: list[Token], group_end: int, end: int, lexicon: Lexicon) -> bool:
    """Whether one common noun is all that is left of what the verb is about: "released a statement | saying"."""
    complement, after = tokens[group_end:end], tokens[end]
    if not complement or after.tag in (CONJUNCTION, DASH) or after.low in _ADVERBIAL or complement[0].low == "by":
        return False
    said = [token for token in complement if token.tag in (CONTENT, NUMBER)]
    plain = len(said) == 1 and said[0].tag == CONTENT and not said[0].is_capital
    return plain and not _is_dated(tokens[end : end + 3], lexicon)


# What these open goes with the verb, not with the noun before them.
_ADVERBIAL = frozenset(
    ("after", "before", "during", "since", "while", "when", "because", "despite", "amid", "following", "as", "until")
)


def _is_dated(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether they begin with no more than a time: "on Monday.", "last year,", "in 1911"."""
    calendar = lexicon.words("weekdays") | lexicon.words("months") | lexicon.words("time_nouns")
    timed = [(t.tag == NUMBER and len(t.low) == 4) or t.low.rstrip(".") in calendar for t in tokens[:2]]
    closed = len(tokens) > 2 and tokens[2].tag in (STOP, COMMA, CONJUNCTION)
    return any(timed) and (closed or len(tokens) < 3)


def _is_half_pair(clause: list[Token]) -> bool:
    """Whether it breaks off within a pair: "saw a tie between the flood | and the dam", "is both a pilot | and"."""
    between = next((i for i, token in enumerate(clause) if token.low in ("between", "both")), None)
    return between is not None and not any(token.low == "and" for token in clause[between:])


def _is_half_given(tokens: list[Token], verb: int, group_end: int, end: int, lexicon: Lexicon) -> bool:
    """Whether something is given and not yet said to whom, or the other way round."""
    if end >= len(tokens) or tokens[end].tag == STOP:
        return False
    group, complement = tokens[verb:group_end], tokens[group_end:end]
    if not any(token.low in lexicon.words("giving_verbs") for token in group):
        return False
    return tokens[end].low == "to" or all(token.is_capital or token.tag == DETERMINER for token in complement)


def _is_thin_definition(tokens: list[Token], verb: int, group_end: int, end: int, lexicon: Lexicon) -> bool:
    """Whether what the subject is would lose what makes it one: "is a tax | on imports", "is an organizer | with"."""
    if tokens[verb].low not in lexicon.words("be_forms") or tokens[end].tag in (CONJUNCTION, DASH):
        return False
    complement = tokens[group_end:end]
    kinds = [token.tag for token in complement]
    if kinds[:1] == [PREPOSITION] and tokens[end].low == "with":
        return True  # "has been in step | with its ally"
    named = any(token.is_capital for token in complement)
    return kinds[:1] == [DETERMINER] and set(kinds[1:]) <= {CONTENT} and len(kinds) <= _THIN and not named


_THIN = 3


def _parts_rate(tokens: list[Token], verb: int, end: int, lexicon: Lexicon) -> bool:
    """Whether a figure stands before the cut and its "each year" behind it."""
    after = tokens[end : end + 2]
    counted = any(token.tag == NUMBER for token in tokens[verb:end])
    if not counted or not after or after[0].low not in _EACH:
        return False
    return len(after) < 2 or after[0].low not in ("a", "an") or after[1].low in lexicon.words("time_nouns") | _SPANS


_SPANS = frozenset(("day", "hour", "minute", "month", "night", "person", "head", "piece"))


def _awaits_more(tokens: list[Token], verb: int, group_end: int, end: int, lexicon: Lexicon) -> bool:
    """Whether the verb still says something of its object, or wants an infinitive or a measure, behind the cut.

    "made the trial | , his rival's first, a test of the court", "named Quill | , a minister, to lead", "declared the
    river | a hazard", "can be set | before the start to run".
    """
    rest = tokens[end : end + _REACH]
    after = rest[0] if rest else None
    if after is None or after.tag == STOP:
        return False
    if after.tag == COMMA:
        later = [i for i, token in enumerate(rest[1:-1], start=1) if token.tag == COMMA]
        if any(rest[i + 1].tag == TO or (end == group_end and rest[i + 1].tag == PREPOSITION) for i in later):
            return True
        if not any(token.low in lexicon.words("making_verbs") for token in tokens[verb:group_end]):
            return False
        return bool(later)
    mark = next((i for i, token in enumerate(rest) if token.tag in (COMMA, STOP, DASH, SUBORDINATOR)), len(rest))
    if any(token.low in lexicon.words("controlling_verbs") for token in tokens[verb:group_end]):
        return any(token.tag == TO for token in rest[:mark])
    if any(token.low in lexicon.words("paired_verbs") for token in tokens[verb:group_end]):
        return any(token.low in _SECOND_HALVES for token in rest[:mark])
    if any(token.low in lexicon.words("making_verbs") for token in tokens[verb:group_end]):
        return after.tag not in (DASH, CONJUNCTION, SUBORDINATOR)
    if end == group_end:
        return any(token.tag == TO for token in rest[:mark])
    return False


_SECOND_HALVES = frozenset(("to", "from", "into", "with", "about", "as"))  # of "linked … to", "turned … into"


def _is_local_count(tokens: list[Token], verb: int, end: int, lexicon: Lexicon) -> bool:
    """Whether a figure would lose the place that it is true of: "employs 4,000 people | in the valley"."""
    exists = tokens[max(0, verb - 1)].low == "there"
    if end >= len(tokens) or not (tokens[end].low in _PLACES or (exists and tokens[end].low == "on")):
        return False
    if speaks_of_past(tokens[verb], lexicon) and not exists:
        return False
    calendar = lexicon.words("time_nouns") | lexicon.words("months") | _SPANS
    if any(t.tag == NUMBER or t.low in calendar or t.low.removesuffix("s") in calendar for t in tokens[end : end + 4]):
        return False  # a time
    said = tokens[verb:end]
    return any(t.tag == NUMBER and after.tag == CONTENT for t, after in itertools.pairwise(said))


def _is_object_of_change(tokens: list[Token], verb: int, end: int) -> bool:
    """Whether what is said of the object is still to come: "saw spikes | after a meal reduced by half"."""
    if not any(token.low in _PERCEIVING for token in tokens[verb:end]):
        return False
    for token in tokens[end : end + 8]:
        if token.tag in (COMMA, STOP, DASH, SUBORDINATOR):
            return False
        if token.tag in (PARTICIPLE, GERUND) or (token.tag == FINITE and token.low.endswith("ed")):
            return True
    return False


def _is_narrowed(tokens: list[Token], verb: int, end: int, lexicon: Lexicon) -> bool:
    """Whether what follows says than what, or takes back a part: "1.5 degrees warmer | , it said, than"."""
    rest = [token.low for token in tokens[end : end + 10]]
    comparatives = lexicon.words("comparatives")
    if "than" in rest and any(token.low in comparatives for token in tokens[verb:end]):
        return True
    return rest[1:3] in (["but", "only"], ["though", "only"], ["but", "not"])


def _limits(tokens: list[Token], start: int, verb: int, end: int, lexicon: Lexicon) -> bool:
    """Whether a word's reach may change by a cut behind it: "only" anywhere, "largest" or "not" after the subject."""
    words, times = lexicon.words("scope_words"), lexicon.words("time_nouns")
    apart = tokens[end].tag in (CONJUNCTION, DASH) or tokens[end].low in _APART
    if not apart and any(token.low in _QUANTIFIERS for token in tokens[start:verb]):
        return True
    for i in range(verb, end):
        low = tokens[i].low
        if (
            (not apart or low == "only")
            and low in words
            and not (low in ("last", "first") and i + 1 < end and tokens[i + 1].low in times)
        ):
            return True
        if tokens[i].tag == NEGATION or low.endswith("n't"):
            return True
    return False
