"""Titles from clauses in languages whose verb forms are not listed: the main clause, cut where what follows may go."""

from __future__ import annotations

import itertools
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
_MIN_PHRASE_WORDS = 4
_PHRASE_QUALITY = 0.34
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


def without_articles(tokens: list[Token], lexicon: Lexicon, over: int) -> list[Token]:
    """A headline's form of the clause, rid of up to `over` spare adverbs and articles where its language has that.

    An article goes right before a noun, where no adjective would miss it; behind a noun it stays, since it ties what
    follows to that noun ("Leiter der Klinik").
    """
    articles, adverbs = lexicon.words("headline_articles"), lexicon.words("spare_adverbs")
    spare = [token for token in tokens[1:] if token.low in adverbs]
    for i, token in enumerate(tokens[:-1]):
        before_noun = tokens[i + 1].tag == CONTENT and (tokens[i + 1].is_capital or lexicon.code != "de")
        ties = i > 0 and tokens[i - 1].tag == CONTENT
        if token.low in articles and token.tag == DETERMINER and before_noun and not ties:
            spare.append(token)
    left_out = spare[: max(0, over)]
    return [token for token in tokens if token not in left_out]


def subject_phrase(tokens: list[Token], lexicon: Lexicon) -> tuple[int, int, float] | None:
    """What the sentence is about, as far as that says something alone: (start, end, quality).

    All that stands before the verb of a plain main clause is one phrase, so that its end needs no guess; it must have
    two nouns, the second tied to the first ("der Ruf nach einer Flatrate"), or a figure.
    """
    verb = _verb_after(tokens, 0, lexicon)
    if verb is None or tokens[0].tag == PREPOSITION:
        return None
    phrase = tokens[:verb]
    articles, names = lexicon.words("articles"), lexicon.words("honorifics")
    if any(t.tag not in _PHRASE_TAGS or (t.tag == DETERMINER and t.low not in articles) for t in phrase):
        return None
    if any(t.low in names or t.low in lexicon.words("conditionals") for t in phrase):
        return None
    if not _opens_phrase(phrase, lexicon) or phrase[-1].low in lexicon.words("vague_nouns"):
        return None
    words = sum(token.is_word for token in phrase)
    nouns = [i for i, t in enumerate(phrase) if t.tag == CONTENT and (t.is_capital or lexicon.code != "de")]
    tied = any(t.tag in (PREPOSITION, DETERMINER) for t in phrase[nouns[0] + 1 : nouns[-1]]) if nouns else False
    counted = any(token.tag == NUMBER for token in phrase)
    if words < _MIN_PHRASE_WORDS or len(nouns) < 2 or not (tied or counted) or nouns[-1] != verb - 1:
        return None
    if all(token.is_capital for token in phrase if token.tag == CONTENT) and lexicon.code != "de":
        return None  # a name
    return 0, verb, _PHRASE_QUALITY


def event_phrases(tokens: list[Token], lexicon: Lexicon) -> Iterator[tuple[int, int, float]]:
    """Phrases that tell a happening with what it happens to: "die Schließung des Instituts", "el cierre de dos minas".

    Only such as read the same as a subject, whatever their place in the sentence.
    """
    articles, endings = lexicon.words("phrase_articles"), tuple(lexicon.words("event_endings"))
    for start, token in enumerate(tokens[:-2]):
        if token.low not in articles or any(t.tag == NEGATION for t in tokens[max(0, start - 4) : start]):
            continue
        head = start + 1
        while head < len(tokens) - 1 and tokens[head].tag == CONTENT and not tokens[head].low.endswith(endings):
            head += 1
        if tokens[head].tag != CONTENT or not tokens[head].low.endswith(endings) or head > start + _MAX_ADJECTIVES:
            continue
        end = _past_ties(tokens, head + 1, lexicon)
        if end > head + 1 and end - start >= _MIN_PHRASE_WORDS and _may_end_phrase(tokens, end, lexicon):
            counted = any(t.tag == NUMBER for t in tokens[start:end])
            yield start, end, _PHRASE_QUALITY - 0.04 + 0.08 * counted


def _past_ties(tokens: list[Token], position: int, lexicon: Lexicon) -> int:
    """Past what is tied to a noun: "des Instituts", "von 40 Kassen", "de la mine de charbon"."""
    ties = lexicon.words("phrase_ties")
    end = position
    while position < len(tokens) - 1:
        token = tokens[position]
        elided = token.low.partition("'")[0] + "'" in ties if "'" in token.low else False
        if not (token.low in ties or elided):
            break
        position += not elided
        while position < len(tokens) and tokens[position].tag in (DETERMINER, NUMBER, CONTENT):
            if tokens[position].tag == DETERMINER and tokens[position - 1].tag == CONTENT:
                break
            if tokens[position].tag == DETERMINER and tokens[position].low not in lexicon.words("articles"):
                return end
            position += 1
        if tokens[position - 1].tag != CONTENT:
            return end
        end = position
    return end


def _may_end_phrase(tokens: list[Token], end: int, lexicon: Lexicon) -> bool:
    """Whether nothing behind the phrase belongs to it still; in German it ends in a noun, which has a capital."""
    last, after = tokens[end - 1], tokens[end] if end < len(tokens) else None
    if lexicon.code == "de" and not last.is_capital:
        return False
    return after is None or after.tag in (COMMA, STOP, FINITE, SUBORDINATOR, PREPOSITION)


_MAX_ADJECTIVES = 3


def _opens_phrase(phrase: list[Token], lexicon: Lexicon) -> bool:
    """Whether it begins as a subject does; in German, where capitals tell nouns, no adjective stands without one."""
    first, second = phrase[0], phrase[min(1, len(phrase) - 1)]
    if first.tag == DETERMINER:
        begins = second.tag in (CONTENT, NUMBER) and first.low not in lexicon.words("object_articles")
    else:
        inflected = first.low.endswith(tuple(lexicon.words("subject_endings"))) and second.tag == CONTENT
        begins = first.tag == NUMBER or inflected
    if not begins or lexicon.code != "de":
        return begins
    return all(
        token.is_capital or token.tag != CONTENT or (after.tag == CONTENT and after is not token)
        for token, after in itertools.pairwise([*phrase, phrase[-1]])
    )


_PHRASE_TAGS = frozenset((DETERMINER, CONTENT, NUMBER, PREPOSITION, CONJUNCTION))


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
    if last.tag == NUMBER and len(last.low) < 3 and after is not None and after.text == ".":
        return 0.0  # "in den Räumen der 8."
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
