"""Noun phrases that can stand as a title."""

from __future__ import annotations

from collections.abc import Iterator

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
    QUOTE,
    TO,
    Token,
)
from nutgraf.stages.write.builtin.endings import BOUND, MEASURES, word_count
from nutgraf.text.lexicon import Lexicon

_MAX_PHRASE_TOKENS = 10
_MIN_PHRASE_WORDS = 4
_STARTERS = frozenset((DETERMINER, CONTENT, NUMBER))
_LINKS = frozenset(("of", "between", "against", "on", "for", "from", "in"))
_COMPARES = frozenset(("similar", "same", "such", "another", "other"))  # with something that is not shown
_DOUBTS = frozenset(("unlikely", "failed", "fails", "refused", "declined", "denied", "denies"))
_UNTRUE = frozenset(("false", "falsely", "allegedly", "alleged", "accusation", "accusations", "allegations", "rumors"))
_EVENT_ENDINGS = ("tion", "tions", "sion", "sions", "ment", "ments", "ance", "ence", "ure", "ures")
_POINTERS = frozenset(
    [
        "this",
        "that",
        "these",
        "those",
        "his",
        "her",
        "its",
        "their",
        "our",
        "my",
        "your",
        "such",
        "another",
        "other",
        "others",
        "no",
        "any",
        "some",
        "both",
        "either",
    ]
)


def noun_phrases(tokens: list[Token], lexicon: Lexicon) -> Iterator[tuple[int, int, float]]:
    """Noun phrases with what belongs to them that say something: (start, end, quality)."""
    for start, token in enumerate(tokens):
        standing = _noun_start(tokens, start) if token.tag in _STARTERS else 0.0
        if not standing:
            continue
        end = start
        while end < len(tokens) and end - start <= _MAX_PHRASE_TOKENS and _continues_noun(tokens, end, start):
            end += 1
        while end > start and tokens[end - 1].tag not in (CONTENT, NUMBER):
            end -= 1
        if end <= start or not _ends_noun(tokens, end):
            continue
        if any(token.low in _UNTRUE or token.low in lexicon.words("contested_verbs") for token in tokens[:start]):
            continue  # "over false claims that it had rigged | the vote in Skerric"
        worth = _worth(tokens, start, end, lexicon)
        if worth:
            yield start, end, standing + worth


def _worth(tokens: list[Token], start: int, end: int, lexicon: Lexicon) -> float:
    """What a phrase tells by itself (0: too little): a happening or a figure, with what it is about."""
    phrase = tokens[start:end]
    content = [token for token in phrase if token.tag == CONTENT]
    links = [i for i, token in enumerate(phrase) if token.tag == PREPOSITION]
    if len(content) < 2 or not links or word_count(phrase) < _MIN_PHRASE_WORDS:
        return 0.0
    if any(token.low in _COMPARES for token in phrase[: links[0]]):
        return 0.0
    head = phrase[links[0] - 1]
    last = phrase[-1]
    if (last.low.endswith("ed") or last.low in lexicon.words("adjectives")) and not last.is_capital:
        return 0.0  # a participle whose phrase goes on
    if head.low in lexicon.words("vague_nouns") or head.low.removesuffix("s") in lexicon.words("person_nouns"):
        return 0.0
    if phrase[0].tag == NUMBER and (len(phrase) < 2 or phrase[1].tag != CONTENT or phrase[1].low in MEASURES):
        return 0.0
    if any(token.low == "between" for token in phrase) or _is_verb(tokens, start, lexicon):
        return 0.0
    if last.low.removesuffix("s") in lexicon.words("person_nouns") and phrase[-2].tag == CONTENT:
        return 0.0
    if head.low.endswith(("-old", "ly")) or _is_full_name(phrase[: links[0]]):
        return 0.0
    calendar = lexicon.words("weekdays") | lexicon.words("months") | lexicon.words("time_nouns")
    if any(token.low.rstrip(".") in calendar for token in content) or all(token.is_capital for token in content):
        return 0.0  # a date, a name
    follower = tokens[end] if end < len(tokens) else None
    if follower is not None and follower.low in lexicon.words("attribution_verbs"):
        return 0.0
    figures = any(
        token.tag == NUMBER and _is_telling(token) and not (before is not token and before.is_capital)
        for before, token in zip([phrase[0], *phrase], phrase, strict=False)
    )
    happening = head.low.endswith(_EVENT_ENDINGS) or head.low in lexicon.words("event_nouns")
    capital = any(token.is_capital for token in content[1:])
    if not (figures and happening) or lexicon.verb_forms.get(last.low) == "base_or_past":
        return 0.0  # a label: "the overwhelming support from readers"
    return 0.17 + 0.06 * capital + (0.08 if word_count(phrase) >= 5 else 0.0)


def _is_verb(tokens: list[Token], start: int, lexicon: Lexicon) -> bool:
    """Whether the first word may be a verb's base form: "will | usher in thousands of laws"."""
    low = tokens[start].low
    may_be = lexicon.verb_forms.get(low) in ("base", "base_or_past") and low not in lexicon.words("event_nouns")
    return may_be and (start == 0 or tokens[start - 1].tag not in (DETERMINER, PREPOSITION))


def _is_telling(number: Token) -> bool:
    """Whether it says how many or how much: no year, no "millions"."""
    is_year = len(number.low) == 4 and number.low.isdigit()
    return not is_year and number.low not in ("one", "two", "hundreds", "thousands", "millions", "billions", "dozens")


def _is_full_name(phrase: list[Token]) -> bool:
    """Whether it ends as a person's name does: "German artist Ada Quill"."""
    return len(phrase) > 1 and all(token.is_capital and token.tag == CONTENT for token in phrase[-2:])


def _noun_start(tokens: list[Token], start: int) -> float:
    """How well a title may begin here (0: not at all): best behind a verb."""
    token = tokens[start]
    if token.low in _POINTERS:
        return 0.0
    if start == 0:
        return 0.16
    before = tokens[start - 1]
    if token.tag == NUMBER and before.low in ("over", "about", "around", "than", "least", "nearly", "almost", "some"):
        return 0.0
    if tokens[0].low == "there" and start <= 4 and before.low in ("is", "are", "was", "were", "been"):
        return 0.28
    if token.low == "the" and before.tag not in (FINITE, BASE, PARTICIPLE):
        return 0.0
    if start > 1 and before.low in ("a", "an") and tokens[start - 2].tag in (COMMA, DASH, FINITE, PREPOSITION):
        return 0.0  # with its article, or what somebody is
    if before.low in ("as", "was", "is", "be", "been", "were", "are", "become", "became"):
        return 0.0  # what somebody is says nothing by itself
    perfect = before.tag == PARTICIPLE and start > 1 and tokens[start - 2].low in ("has", "have", "had")
    if before.tag in (BASE, FINITE, GERUND) or perfect:
        negated = any(
            t.tag == NEGATION or t.low.endswith("n't") or t.low in _DOUBTS for t in tokens[max(0, start - 5) : start]
        )
        return 0.0 if negated else 0.2
    return 0.14 if before.low in ("on", "over", "about", "against", "for", "by", "with", "including", "a") else 0.0


def _ends_noun(tokens: list[Token], end: int) -> bool:
    last = tokens[end - 1]
    if last.low in MEASURES or last.text.endswith(("'s", "’s")):
        return False
    after = tokens[end] if end < len(tokens) else None
    if after is None:
        return True
    if after.tag == COMMA and _is_listed(tokens[end + 1 : end + 8]):
        return False  # "a council in Skerric, Lenham and abroad"
    if after.tag in (NUMBER, CONTENT, GERUND, DETERMINER, ADVERB, QUOTE, PARTICIPLE, CONJUNCTION):
        return False
    return after.low not in BOUND or after.tag == TO


def _is_listed(following: list[Token]) -> bool:
    """Whether a list goes on behind the comma: nouns alone up to "and" or "or"."""
    joined = next((i for i, token in enumerate(following) if token.low in ("and", "or")), 0)
    return joined > 0 and all(token.tag in (CONTENT, DETERMINER, NUMBER, COMMA) for token in following[:joined])


def _continues_noun(tokens: list[Token], position: int, start: int) -> bool:
    token = tokens[position]
    if token.tag in (CONTENT, NUMBER):
        return True
    if position == start:
        return token.tag == DETERMINER
    before = tokens[position - 1]
    if token.tag == DETERMINER:
        return before.tag == PREPOSITION and token.low not in _POINTERS
    return token.tag == PREPOSITION and token.low in _LINKS and before.tag in (CONTENT, NUMBER)
