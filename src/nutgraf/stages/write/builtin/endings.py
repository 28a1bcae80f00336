"""Where a clause may end early: after its verb has what it needs, never before what limits or attributes it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from nutgraf.stages.write.builtin.beginnings import (
    CLAUSE_OPENERS,
    SPANS,
    TOLD_LATER,
    has_attribution,
    main_start,
    verb_after,
)
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
from nutgraf.stages.write.builtin.losses import is_lossy
from nutgraf.text.lexicon import Lexicon

# BOUND: prepositions that belong to the word before them, never cut there.
BOUND = frozenset(
    [
        "of",
        "to",
        "from",
        "as",
        "into",
        "than",
        "about",
        "like",
        "per",
        "off",
        "out",
        "up",
        "down",
        "upon",
        "versus",
        "until",
        "toward",
        "towards",
        "onto",
    ]
)
_SAFE_NEXT = frozenset(
    [
        "in",
        "on",
        "at",
        "for",
        "with",
        "after",
        "during",
        "since",
        "over",
        "amid",
        "following",
        "by",
        "because",
        "when",
        "while",
        "through",
        "throughout",
        "across",
        "under",
        "between",
        "among",
        "against",
        "including",
        "near",
        "around",
        "before",
        "within",
        "despite",
        "due",
        "thanks",
        "amidst",
        "whereas",
        "although",
        "though",
    ]
)
_LOOSE = frozenset(("for", "with", "against", "between", "on", "over", "under", "through"))
# Behind a noun these open what it calls for: "an investigation | into", "a request | for".
_COMPLEMENTING = frozenset(
    ("of", "for", "about", "on", "to", "into", "with", "between", "against", "over", "from", "toward", "in", "at")
)
MEASURES = frozenset(
    [
        "percent",
        "per",
        "cent",
        "%",
        "million",
        "billion",
        "trillion",
        "year",
        "years",
        "month",
        "months",
        "day",
        "days",
        "hour",
        "hours",
        "minute",
        "minutes",
        "week",
        "weeks",
        "people",
        "miles",
        "km",
        "kilometres",
        "kilometers",
        "metres",
        "meters",
        "degrees",
        "dollars",
        "euros",
        "pounds",
        "crowns",
        "marks",
        "tonnes",
        "tons",
        "kg",
        "points",
        "times",
        "others",
    ]
)
_SUMS = frozenset(("million", "billion", "trillion", "dollars", "euros", "pounds", "crowns", "marks"))
_ADJECTIVE_ENDINGS = ("ent", "ant", "al", "ive", "ous", "ic", "able", "ible", "ful", "less", "ary")
_CONTRASTS = frozenset(("but", "although", "though"))
_OBJECT_PRONOUNS = frozenset(
    ["it", "him", "them", "he", "she", "they", "there", "this", "that", "these", "those", "one", "ones"]
)
_GROUP = frozenset((FINITE, BASE, PARTICIPLE, ADVERB, NEGATION, TO))


@dataclass(frozen=True, slots=True)
class Ending:
    """A clause may end before token `end`, which makes it `words` long; `quality` 0..1 says how well."""

    end: int
    words: int
    quality: float


def word_count(tokens: list[Token]) -> int:
    """Words as a reader counts them: parts between spaces."""
    words, end = 0, -1
    for token in tokens:
        words += end < token.start and (token.is_word or token.text == "&")
        end = token.end
    return words


def clause_ends(tokens: list[Token], start: int, verb: int, lexicon: Lexicon, max_words: int) -> Iterator[Ending]:
    """Places where the clause from `start` with its finite verb at `verb` may end."""
    group_end = _group_end(tokens, verb)
    for end in range(group_end, min(start + max_words + 3, len(tokens)) + 1):
        quality = _clause_end(tokens, group_end, end, lexicon)
        if quality <= 0.0 or not _complete(tokens, verb, group_end, end, lexicon):
            continue
        if is_lossy(tokens, start, verb, group_end, end, lexicon):
            continue
        words = word_count(tokens[start:end])
        if end == group_end and words < 5:
            quality -= 0.2  # "The bridge was opened"
        yield Ending(end, words, quality)


def _group_end(tokens: list[Token], verb: int) -> int:
    """Where the verb with its participles, infinitives and adverbs ends."""
    end = verb + 1
    while end < len(tokens) and tokens[end].tag in _GROUP:
        end += 1
    return end


def _complete(tokens: list[Token], verb: int, group_end: int, end: int, lexicon: Lexicon) -> bool:
    """Whether the verb has what it needs: an object, a complement, or none where it takes none."""
    group = [token for token in tokens[verb:group_end] if token.tag not in (ADVERB, NEGATION)]
    main = group[-1] if group else tokens[group_end - 1]
    alone = main.low in lexicon.words("intransitive")
    auxiliaries = lexicon.words("auxiliaries")
    passive = main.tag == PARTICIPLE and any(t.low in lexicon.words("be_forms") for t in tokens[verb : group_end - 1])
    copula = main.low in lexicon.words("be_forms")
    after = tokens[end] if end < len(tokens) else None
    whole = after is None or after.tag in (STOP, COMMA)
    if group_end == end and copula:
        return bool(whole) and tokens[end - 1].low in ("up", "down") and tokens[end - 1].tag == ADVERB
    if group_end == end:
        particle = tokens[end - 1].low in _PARTICLES
        loose = after is not None and (after.low in _LOOSE | _CARRIES_ON or (particle and after.tag == PREPOSITION))
        incomplete = not whole and (passive or main.low in lexicon.words("incomplete_verbs"))
        return (alone or passive or particle) and not incomplete and main.low not in auxiliaries and not loose
    if main.low in lexicon.words("incomplete_verbs") and not whole:
        return False
    complement = tokens[group_end:end]
    first = complement[0]
    if (copula or main.low in _LINKING) and not whole and first.tag == CONTENT and after:
        short = len(complement) <= 2 and after.low not in _WHEN and not complement[-1].low.endswith("s")
        if short or after.tag == TO:
            return False  # "would be hard | for France to recall"
    gives = main.low in lexicon.words("giving_verbs")
    if not gives and _holds_two_objects(complement, lexicon):
        return False
    if any(token.low in _OBJECT_PRONOUNS and token.tag != DETERMINER for token in complement):
        return False
    if any(token.tag in (SUBORDINATOR, FINITE) for token in complement):
        return False
    joined = next((i for i, token in enumerate(complement) if token.low in ("and", "or")), 0)
    joined = joined and not any(token.tag in (FINITE, PARTICIPLE) for token in complement[joined : joined + 3])
    ended = after is None or after.tag == STOP
    if any(token.tag == COMMA for token in complement) and not (ended and joined):
        return False
    if first.tag == GERUND and len(complement) > 1 and complement[1].tag == CONJUNCTION:
        return False
    if first.tag == GERUND and not (len(complement) > 1 and complement[1].tag == CONTENT):
        return alone or passive or copula or (after is None or after.tag == STOP)
    if first.tag == PREPOSITION:
        days = lexicon.words("weekdays")
        if not (alone or passive) and all(token.low in days for token in complement[1:]):
            return False  # "The court held on Tuesday, …, that"
        return complement[-1].tag in (CONTENT, NUMBER) and len(complement) > 1
    return first.tag in (DETERMINER, CONTENT, NUMBER, GERUND) or first.low.endswith("selves")


_CARRIES_ON = frozenset(("by", "and", "into", "as", "of", "about", "like", "upon", "onto", "toward", "towards"))
_PARTICLES = frozenset(("off", "out", "up", "down", "away", "back", "over", "through"))
_LINKING = frozenset(
    [
        "become",
        "became",
        "becomes",
        "remain",
        "remains",
        "remained",
        "seem",
        "seems",
        "seemed",
        "feel",
        "feels",
        "felt",
        "get",
        "gets",
        "got",
    ]
)
_WHEN = frozenset(["in", "since", "after", "during", "because", "when", "while", "as", "amid", "and"])


def _holds_two_objects(complement: list[Token], lexicon: Lexicon) -> bool:
    """Whether an article follows a noun with no preposition between: part of something longer was cut."""
    times = lexicon.words("time_nouns") | lexicon.words("weekdays")
    return any(
        token.tag == DETERMINER
        and complement[i].tag == CONTENT
        and not any(t.low in times for t in complement[i + 2 :])
        for i, token in enumerate(complement[1:])
    )


def _clause_end(tokens: list[Token], group_end: int, end: int, lexicon: Lexicon) -> float:
    """How well a clause can end before the token at `end` (0: not at all)."""
    last = tokens[end - 1]
    after = tokens[end] if end < len(tokens) else None
    if after is not None and after.low == "such" and end + 1 < len(tokens) and tokens[end + 1].low == "as":
        return 0.5 if last.tag == CONTENT else 0.0
    particle = last.low in _PARTICLES and last.tag == ADVERB and end == group_end
    if (last.tag not in (CONTENT, NUMBER, PARTICIPLE, FINITE) and not particle) or last.low in lexicon.words(
        "finite_verbs"
    ):
        return 0.0
    dated = tokens[end - 2].low in ("last", "next", "this", "every", "each") or tokens[end - 2].tag == NUMBER
    if last.low in lexicon.words("vague_nouns") and not dated and (after is None or after.tag != STOP):
        return 0.0
    if last.low in lexicon.words("auxiliaries") or (last.tag in (PARTICIPLE, FINITE) and end > group_end):
        return 0.0
    if last.low in lexicon.words("adjectives") and after is not None and after.tag not in (STOP, COMMA):
        return 0.0
    if after is None or after.tag == STOP:
        return 0.75 if after is None or after.text not in "'’" else 0.0
    if after.tag == DASH:
        return 0.6
    if (after.low in lexicon.words("conditionals") and after.low not in TOLD_LATER) or after.tag == NEGATION:
        return 0.0
    if last.tag != CONTENT and (
        last.low in lexicon.words("incomplete_verbs") or last.low in lexicon.words("incomplete_participles")
    ):
        return 0.0
    if after.tag == COMMA:
        return _before_comma(tokens, end, lexicon)
    if (
        last.tag == NUMBER
        and after.low in ("to", "or", "and")
        and end + 1 < len(tokens)
        and tokens[end + 1].tag == NUMBER
    ):
        return 0.0
    if last.tag == NUMBER and (after.low in MEASURES or after.tag in (CONTENT, NUMBER)):
        return 0.0
    if last.low in MEASURES and after.low in ("of", "a", "per", "before", "after", "ago", "later"):
        return 0.0
    if last.low in _SUMS and after.low == "in" and not _is_dated(tokens[end + 1 : end + 2], lexicon):
        return 0.0  # "millions of dollars | in donations"
    if after.tag == CONJUNCTION and end + 2 < len(tokens):
        return _before_conjunction(tokens, group_end, end, lexicon)
    if after.low == "as" and [token.low for token in tokens[end : end + 3]] == ["as", "well", "as"]:
        return 0.5
    if after.tag == TO or after.low == "to":
        if _wants_clause(last, lexicon):
            return 0.0
        controlled = any(t.low in lexicon.words("controlling_verbs") or t.low == "for" for t in tokens[:end])
        return 0.3 if after.tag == TO and end > group_end + 1 and not controlled else 0.0
    if after.tag == GERUND and after.low in lexicon.words("trailing_bare_gerunds"):
        return 0.45
    if after.tag == PARTICIPLE or after.low in ("that", "who"):
        if after.tag == PARTICIPLE and tokens[group_end - 1].low in ("have", "has", "had"):
            return 0.0  # "to have the dish protected"
        relative = after.tag == PARTICIPLE or (end + 1 < len(tokens) and tokens[end + 1].tag == FINITE)
        return 0.36 if relative and _described(tokens, group_end, end, lexicon) else 0.0
    if after.low == "as" and _opens_clause(tokens, end + 1):
        return 0.45
    if end + 1 < len(tokens) and tokens[end + 1].low in ("which", "whom", "whose"):
        return 0.0
    named = last.is_capital and end + 1 < len(tokens) and tokens[end + 1].is_capital
    if named and after.low in ("on", "for", "in", "at", "and"):
        return 0.0  # perhaps within a name
    wants_more = _wants_clause(last, lexicon) or _is_light(tokens[group_end:end], lexicon)
    if wants_more and after.low in _COMPLEMENTING and not _is_dated(tokens[end + 1 : end + 2], lexicon):
        return 0.0
    if end > group_end and tokens[end - 2].tag == CONJUNCTION and last.low in lexicon.verb_forms and after.tag != COMMA:
        return 0.0  # "lost four matches and fall | to ninth place"
    is_verb = end == group_end or last.tag == BASE or tokens[end - 2].low in ("and", "or", "to")
    if is_verb and last.low in lexicon.verb_forms and _is_particle(tokens, end):
        return 0.0
    if after.tag in (PREPOSITION, SUBORDINATOR) and after.low in _SAFE_NEXT and after.low not in BOUND:
        return 0.32 if after.low in _LOOSE else 0.46
    if after.tag in (NUMBER, DETERMINER) or after.low in ("last", "next"):
        return 0.5 if _is_time(tokens[end : end + 3], lexicon) else 0.0
    return 0.0


def _wants_clause(noun: Token, lexicon: Lexicon) -> bool:
    """Whether the noun says little without its "that", "to" or "for": "plans", "a promise"."""
    nouns = lexicon.words("content_nouns")
    return noun.low in nouns or noun.low.removesuffix("s") in nouns


def _is_dated(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether a year, a month or a weekday comes first: "in 2022", "on Monday"."""
    calendar = lexicon.words("weekdays") | lexicon.words("months")
    return bool(tokens) and (tokens[0].tag == NUMBER or tokens[0].low.rstrip(".") in calendar)


def _is_light(complement: list[Token], lexicon: Lexicon) -> bool:
    """Whether one bare noun is all there is, which goes with the verb and its preposition: "took aim | at"."""
    if len(complement) > 1 and complement[-2].tag in (BASE, GERUND):
        complement = complement[-1:]  # "says he wants to make room | for"
    if len(complement) != 1 or complement[0].tag != CONTENT or complement[0].is_capital:
        return False
    low = complement[0].low
    return not low.endswith("s") and low not in lexicon.words("plural_nouns")


def _is_particle(tokens: list[Token], end: int) -> bool:
    """Whether the word at `end` belongs to the verb before it: "sworn | in on Monday", "win | over many voters"."""
    if tokens[end].low in ("over", "up", "off", "out", "down", "back", "away"):
        return True
    after = tokens[end + 1] if end + 1 < len(tokens) else None
    apart = after is None or after.tag in (PREPOSITION, ADVERB, STOP, COMMA, SUBORDINATOR, CONJUNCTION, TO)
    return apart and tokens[end].low in ("in", "on", "through", "by", "around")


def _is_time(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether a time follows that the explanation may give: "three years after", "this week"."""
    times = lexicon.words("time_nouns") | SPANS
    return len(tokens) > 1 and (tokens[1].low in times or tokens[1].low.removesuffix("s") in times)


def _described(tokens: list[Token], group_end: int, end: int, lexicon: Lexicon) -> bool:
    """Whether the noun before `end` says enough without the clause that describes it: no "the", two words or more."""
    last = end - 1
    start = last
    while start > group_end and tokens[start - 1].tag in (CONTENT, NUMBER):
        start -= 1
    linked = start > group_end + 1 and tokens[start - 1].low == "of" and tokens[start - 2].tag == CONTENT
    if linked:
        return tokens[last].low not in lexicon.words("content_nouns")
    definite = start > 0 and tokens[start - 1].low in ("the", "this", "that", "those", "one")
    return not definite and last - start >= 1 and tokens[last].low not in lexicon.words("content_nouns")


def _opens_clause(tokens: list[Token], start: int) -> bool:
    """Whether a finite verb follows before any mark."""
    for token in tokens[start : start + 8]:
        if token.tag == FINITE:
            return True
        if token.tag in (COMMA, STOP, QUOTE, DASH, SUBORDINATOR):
            return False
    return False


def _before_conjunction(tokens: list[Token], group_end: int, end: int, lexicon: Lexicon) -> float:
    """Before "and" or "but": a second predicate, or a clause with a subject of its own."""
    joins = tokens[end].low in ("and", "but", "so", "yet")
    if tokens[end].low == "or" and any(token.low in ("may", "might", "could", "can") for token in tokens[:group_end]):
        joins = True  # what may be so or so, may be so
    if not joins:
        return 0.0
    inner = any(token.low in CLAUSE_OPENERS for token in tokens[group_end:end])
    shown = any(token.low in lexicon.words("factive_verbs") for token in tokens[:group_end])
    if inner or shown:
        return 0.0  # "since France and Spain fought", "showed ten men and two women were hurt"
    following = end + 1 + (tokens[end + 1].tag == ADVERB)
    if _second_predicate(tokens, group_end, following, lexicon):
        return 0.5
    if _is_agent(tokens, group_end, end) and tokens[end].low == "and":
        return 0.36  # "criticized by the council | and the press"
    if _is_further_object(tokens, group_end, end):
        return 0.36  # "will map the crater | and the dust around it"
    subject = tokens[following].tag in (DETERMINER, PRONOUN, CONTENT, NUMBER)
    return 0.5 if subject and verb_after(tokens, following) is not None else 0.0


def _is_further_object(tokens: list[Token], group_end: int, end: int) -> bool:
    """Whether behind "and" stands another object with an article of its own, as the one before it has."""
    complement = tokens[group_end:end]
    paired = (
        tokens[end].low == "and" and tokens[end + 1].tag == DETERMINER and tokens[end + 1].low in ("a", "an", "the")
    )
    plain = all(token.tag in (DETERMINER, CONTENT, NUMBER) for token in complement)
    return paired and plain and sum(token.tag == CONTENT for token in complement) >= 2


def _is_agent(tokens: list[Token], group_end: int, end: int) -> bool:
    """Whether "by" and the doer are all that stands behind the verb, before another doer."""
    doer = tokens[group_end + 1 : end]
    plain = bool(doer) and all(token.tag in (DETERMINER, CONTENT) for token in doer)
    joined = tokens[end + 1 : end + 2]
    follows = bool(joined) and joined[0].tag in (DETERMINER, CONTENT) and doer[-1:] and not doer[-1].is_capital
    return tokens[group_end].low == "by" and plain and bool(follows) and doer[-1].low.endswith("s")


def _second_predicate(tokens: list[Token], group_end: int, position: int, lexicon: Lexicon) -> bool:
    """Whether behind "and" the clause goes on with another verb of the same subject."""
    token = tokens[position]
    if token.tag == FINITE or position + 1 >= len(tokens):
        return token.tag == FINITE
    if token.tag not in (CONTENT, BASE) or lexicon.verb_forms.get(token.low) not in ("base", "base_or_past"):
        return False
    bare = any(t.low in lexicon.words("modals") or t.tag == TO or t.low in ("have", "are") for t in tokens[:group_end])
    return bare and position + 1 < len(tokens) and tokens[position + 1].tag not in (STOP, COMMA, FINITE, TO)


def _before_comma(tokens: list[Token], end: int, lexicon: Lexicon) -> float:
    following = tokens[end + 1] if end + 1 < len(tokens) else None
    if following is None:
        return 0.75  # the comma that ends a quotation
    last = tokens[end - 1]
    if (
        (last.low.endswith(_ADJECTIVE_ENDINGS) or last.low in lexicon.words("adjectives"))
        and not last.is_capital
        and (tokens[end - 2].tag in (PREPOSITION, DETERMINER) or following.tag == CONTENT)
    ):
        return 0.0  # "between independent, neighbouring stations"
    if tokens[end - 2].low in ("a", "an") and following.tag == CONTENT and not following.is_capital:
        return 0.0  # "paired with a soft, solid white"
    if following.low == "of" and tokens[end + 2 : end + 3] and tokens[end + 2].low not in ("which", "whom"):
        return 0.0  # "declared a victory, of sorts"
    if following.low in _CONTRASTS:
        return 0.45  # the explanation goes on to say it
    if following.low in lexicon.words("conditionals"):
        return 0.0
    if following.tag == NUMBER and end + 2 < len(tokens) and tokens[end + 2].tag == COMMA:
        return 0.6  # an age
    asked = any(token.low in lexicon.words("controlling_verbs") for token in tokens[:end])
    if asked and any(token.tag == TO for token in tokens[end : end + 16]):
        return 0.0  # "urged the army, which …, to break with him"
    opened = any(token.low in CLAUSE_OPENERS for token in tokens[max(0, end - 6) : end])
    if opened and following.is_capital:
        return 0.0  # "days after a journalist, Ada Quill, was freed"
    if following.tag == PARTICIPLE and last.low in lexicon.words("content_nouns"):
        return 0.0  # "with concerns, raised by residents, that …"
    if following.tag in (CONTENT, NUMBER, FINITE) and following.low not in ("including",):
        later = tokens[end + 1 : end + 12]
        if any(token.tag == CONJUNCTION for token in later) or following.tag == FINITE:
            return 0.0  # inside a list
    if following.tag == DETERMINER and any(token.low == "or" for token in tokens[end + 1 : end + 8]):
        return 0.0  # "meant a return of fever, a change of drug or …"
    return 0.6


def opening_clause(text: str, tokens: list[Token], lexicon: Lexicon, min_words: int, max_words: int) -> str | None:
    """The longest opening of the main clause with `min_words` to `max_words` words, or None.

    None too where somebody is named as the source of what the sentence says: that must not be lost.
    """
    start = main_start(tokens, lexicon) if tokens and lexicon.verb_forms else None
    verb = verb_after(tokens, start, reach=14) if start is not None else None
    if start is None or verb is None or has_attribution(tokens, lexicon):
        return None
    if tokens[start].tag not in (DETERMINER, CONTENT, NUMBER) or tokens[start].low in lexicon.words("pronouns"):
        return None
    fitting = [e for e in clause_ends(tokens, start, verb, lexicon, max_words) if min_words <= e.words <= max_words]
    if not fitting or any(token.tag == QUOTE for token in tokens):
        return None
    end = max(fitting, key=lambda ending: ending.words).end
    if _breaks_off(tokens, end):
        return None
    return capitalise(text[tokens[start].start : tokens[end - 1].end]) + "."


def _breaks_off(tokens: list[Token], end: int) -> bool:
    """Whether the clause goes on behind `end`: past an aside, or with the rest of a name.

    "has fed the figure | , with others, into …", "after the Securities | and Exchange Commission charged".
    """
    rest = tokens[end:]
    if not rest:
        return False
    if rest[0].low == "and" and tokens[end - 1].is_capital and len(rest) > 1 and rest[1].is_capital:
        return True
    return rest[0].tag == COMMA and any(
        token.tag == COMMA and after.tag in (FINITE, PREPOSITION) for token, after in itertools.pairwise(rest[1:])
    )
