"""Titles for key insights: a clause or noun phrase of the article's own words, readable alone, 3–9 words."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nutgraf.stages.write.builtin.clauses import (
    ADVERB,
    COMMA,
    CONTENT,
    DASH,
    DETERMINER,
    FINITE,
    NEGATION,
    NUMBER,
    PARTICIPLE,
    PRONOUN,
    QUOTE,
    STOP,
    Token,
)
from nutgraf.stages.write.builtin.endings import clause_ends, verb_after, word_count
from nutgraf.stages.write.builtin.leaning import capitalise
from nutgraf.stages.write.builtin.phrases import noun_phrases, opening_subject, whole_clause
from nutgraf.stages.write.builtin.predications import Predication, find_predications
from nutgraf.text.lexicon import Lexicon

MIN_TITLE_WORDS, MAX_TITLE_WORDS = 3, 9
GOOD_ENOUGH = 0.42
"""Quality below which a title is not worth a line."""

_SPARE = 4  # words over the limit that a headline's form may save
_KEPT = 5  # titles of one sentence that are kept for choosing
_DEMONSTRATIVES = frozenset(("this", "these", "those"))
_POINTERS = frozenset(("this", "that", "these", "those", "such", "another", "other", "others", "any"))


@dataclass(frozen=True, slots=True)
class Title:
    """A title with how good it is, 0..1.

    `is_claim`: it says as fact what the sentence gives as somebody's words, so that it may stand only above them.
    """

    text: str
    quality: float
    is_claim: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """Tokens that make a title, `suffix` behind them."""

    tokens: list[Token]
    quality: float
    quoted: bool = False
    is_claim: bool = False
    suffix: str = ""


def best_title(text: str, tokens: list[Token], lexicon: Lexicon, salience: Mapping[str, float]) -> Title | None:
    """The best title that the sentence holds, or None."""
    return next(iter(find_titles(text, tokens, lexicon, salience)), None)


def find_titles(text: str, tokens: list[Token], lexicon: Lexicon, salience: Mapping[str, float]) -> list[Title]:
    """The titles that the sentence holds, best first. `salience` gives the weight of a lower-case word, 0..1."""
    if not lexicon.known or not tokens or text.rstrip('”" ').endswith("?"):
        return []
    found: dict[str, Title] = {}
    for kind in _KINDS if lexicon.verb_forms else _PLAIN_KINDS:
        for piece in kind(tokens, lexicon):
            if not _well_formed(piece, lexicon):
                continue
            weights = sorted((salience.get(t.low, 0.0) for t in piece.tokens if t.is_word), reverse=True)[:3]
            quality = min(1.0, piece.quality + 0.3 * sum(weights) / 3 - _weakness(piece.tokens, lexicon))
            words = _render(text, piece.tokens)
            words = f"“{words}”" if piece.quoted else capitalise(words) + piece.suffix
            if quality >= GOOD_ENOUGH and (words not in found or found[words].quality < quality):
                found[words] = Title(words, quality, piece.is_claim)
    return sorted(found.values(), key=lambda title: -title.quality)[:_KEPT]


def _render(text: str, tokens: list[Token]) -> str:
    """The words of `tokens`, with one space where the sentence has something between them that is left out."""
    parts = [tokens[0].text]
    for before, token in itertools.pairwise(tokens):
        between = text[before.end : token.start]
        parts.append((between if not between.strip() else " ") + token.text)
    return "".join(parts)


def _well_formed(piece: _Piece, lexicon: Lexicon) -> bool:
    tokens = piece.tokens
    if not MIN_TITLE_WORDS <= word_count(tokens) + len(piece.suffix.split()) <= MAX_TITLE_WORDS:
        return False
    if any(token.tag in (QUOTE, DASH, STOP, COMMA) or token.text in "()[]" for token in tokens):
        return False
    first_person = lexicon.words("first_person")
    if not piece.quoted and any(token.low in first_person and token.text != "US" for token in tokens):
        return False
    first, last = tokens[0], tokens[-1]
    if first.low in _POINTERS or (first.tag == CONTENT and not first.is_capital and first.low.endswith("ed")):
        return False  # a participle or verb that the word lists do not know
    times = lexicon.words("time_nouns")
    if any(t.low in _DEMONSTRATIVES and after.low not in times for t, after in itertools.pairwise(tokens)):
        return False
    if last.low in lexicon.words("indefinites"):
        return False
    if tokens[0].low == "some" and tokens[1].tag == FINITE:
        return False
    if (
        _ends_in_verb(tokens, lexicon)
        or last.low in lexicon.words("honorifics")
        or (len(last.text) == 1 and last.text.isalpha())
    ):
        return False
    if last.text.endswith(".") and len(last.text) > 2 and last.text[-3:-2] != ".":
        return False
    if any(is_glued(token.text, lexicon) for token in tokens) or not _owned(tokens, lexicon):
        return False
    return last.is_word and last.tag in (CONTENT, NUMBER, PARTICIPLE, FINITE, ADVERB)


def _ends_in_verb(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether the last word may be a verb that lacks its object: "residents on water systems receive"."""
    last, before = tokens[-1], tokens[-2]
    if last.tag != CONTENT or lexicon.verb_forms.get(last.low) != "base" or last.low in lexicon.words("event_nouns"):
        return False
    return before.tag in (CONTENT, FINITE) and before.low.endswith(("s", "ed")) and not before.is_capital


def is_glued(word: str, lexicon: Lexicon) -> bool:
    """Whether `word` looks like link text glued to its neighbour: "announcedthat", "theCoast"."""
    forms = lexicon.verb_forms
    if not forms or len(word) < 5 or not word.isalpha():
        return False
    for cut in range(2, min(len(word) - 2, 8)):
        if word[cut].isupper() and word[:cut].islower() and word[:cut] in _glue(lexicon):
            return True
    low = word.lower()
    if low in forms:
        return False
    if any(low.endswith("ed" + tail) and low[: -len(tail)] in forms for tail in _SHORT_TAILS):
        return True
    return any(low.endswith(tail) and low[: -len(tail)] in forms for tail in _TAILS)


_SHORT_TAILS = ("to", "in", "on", "by", "of", "at", "a", "an", "for")
_TAILS = ("that", "the", "from", "with", "into", "about", "his", "their")


def _glue(lexicon: Lexicon) -> frozenset[str]:
    return lexicon.words("determiners") | lexicon.words("prepositions") | lexicon.words("conjunctions")


def _owned(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether each possessive has its owner before it in the title."""
    people = lexicon.words("plural_nouns")
    for i, token in enumerate(tokens):
        if token.low not in lexicon.words("possessives"):
            continue
        before = [t for t in tokens[:i] if t.tag == CONTENT]
        if not before:
            return False
        if token.low == "their" and not any(
            t.low.endswith("s") or t.low in people or t.low == "and" for t in tokens[:i]
        ):
            return False
        if token.low in ("his", "her") and not any(t.is_capital or t.low in _PEOPLE for t in before):
            return False
    return True


_PEOPLE = frozenset(("man", "woman", "boy", "girl", "mother", "father", "president", "minister", "mayor"))


def _weakness(tokens: list[Token], lexicon: Lexicon) -> float:
    """What to take off a title that says little: three words, a mere "X is Y", nothing but common words."""
    words = word_count(tokens)
    weakness = 0.14 if words == 3 else 0.04 if words == 4 else 0.0
    verb = next((i for i, token in enumerate(tokens) if token.tag == FINITE), None)
    if verb is not None and tokens[verb].low in lexicon.words("be_forms") and verb + 2 >= len(tokens):
        weakness += 0.15
    if verb is not None and tokens[verb - 1].low in lexicon.words("vague_nouns"):
        weakness += 0.15
    if tokens[0].low in ("one", "some", "many", "several") or any(token.tag == PRONOUN for token in tokens):
        weakness += 0.1
    if not any(token.is_capital or token.tag == NUMBER for token in tokens[1:]) and words < 5:
        weakness += 0.05
    return weakness


def _clause_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Clauses that end where a clause may end."""
    for found in find_predications(tokens, lexicon):
        yield from _endings(found, lexicon)


def _endings(found: Predication, lexicon: Lexicon) -> Iterator[_Piece]:
    for ending in clause_ends(found.tokens, 0, found.verb, lexicon, MAX_TITLE_WORDS + _SPARE):
        quality = ending.quality + _length_bonus(ending.words) + found.standing
        piece = found.tokens[: ending.end]
        if ending.words > MAX_TITLE_WORDS:
            piece, quality = compress(piece, lexicon), quality - 0.06
        told = found.speaker.endswith(("told", "tells"))
        if found.speaker and not told and word_count(piece) + len(found.speaker.split()) <= MAX_TITLE_WORDS:
            yield _Piece(piece, quality + 0.08, suffix=f", {found.speaker}")
        elif not found.speaker or found.may_go_unnamed:
            yield _Piece(piece, quality, is_claim=found.is_claim)


def compress(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """A headline's form of a clause: without articles and adverbs that a headline would spare, as far as is needed."""
    kept = list(tokens)
    for spare in (_is_spare_adverb, _is_spare_article):
        for token in list(kept):
            if word_count(kept) <= MAX_TITLE_WORDS:
                return kept
            if spare(token, kept, lexicon):
                kept.remove(token)
    return kept


def _is_spare_adverb(token: Token, tokens: list[Token], lexicon: Lexicon) -> bool:
    return token.low in lexicon.words("spare_adverbs") and token is not tokens[-1]


def _is_spare_article(token: Token, tokens: list[Token], lexicon: Lexicon) -> bool:
    place = tokens.index(token)
    if token.low not in lexicon.words("articles") or place + 1 >= len(tokens):
        return False
    if not place:
        return True
    after = tokens[place + 1]
    return token.low == "the" and after.tag == CONTENT and not after.is_capital and not _is_vague(after, lexicon)


def _is_vague(token: Token, lexicon: Lexicon) -> bool:
    return token.low in lexicon.words("vague_nouns")


def _quoted_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Clauses inside a quotation: its marks, which the title keeps, say that somebody is speaking."""
    marks = [i for i, token in enumerate(tokens) if token.tag == QUOTE]
    for opening, closing in zip(marks[::2], marks[1::2], strict=False):
        inside = tokens[opening + 1 : closing]
        if len(inside) < MIN_TITLE_WORDS or not inside[0].is_capital:
            continue
        spoken = inside[0].low in ("i", "we")
        if not spoken and (inside[0].tag not in (DETERMINER, CONTENT, NUMBER) or inside[0].low in _POINTERS):
            continue
        verb = verb_after(inside, 0)
        if verb is None or inside[verb].low in lexicon.words("attribution_verbs"):
            continue
        for ending in clause_ends(inside, 0, verb, lexicon, MAX_TITLE_WORDS):
            part = inside[: ending.end]
            if any(t.low in lexicon.words("pronouns") for t in part) or (spoken and ending.words < 5):
                continue
            broken = ending.end < len(inside) and inside[ending.end].tag not in (STOP, COMMA)
            if broken or any(t.tag == NEGATION for t in inside[ending.end : ending.end + 3]):
                continue  # half of what was said is not a quotation
            quality = ending.quality + _length_bonus(ending.words) - 0.15 - 0.1 * spoken
            yield _Piece(part, quality, quoted=True, is_claim=True)


def _length_bonus(words: int) -> float:
    return 0.15 if 5 <= words <= 8 else 0.05 if words in (4, 9) else 0.0


def _noun_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    for start, end, quality in noun_phrases(tokens, lexicon):
        yield _Piece(tokens[start:end], quality)


def _whole_clause_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    end = whole_clause(tokens, lexicon, MAX_TITLE_WORDS)
    if end:
        yield _Piece(tokens[:end], 0.6)


def _subject_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    end = opening_subject(tokens, lexicon)
    if end:
        yield _Piece(tokens[:end], 0.42)


_Kind = Callable[[list[Token], Lexicon], Iterator[_Piece]]
_KINDS: tuple[_Kind, ...] = (_clause_titles, _quoted_titles, _noun_titles)
_PLAIN_KINDS: tuple[_Kind, ...] = (_whole_clause_titles, _subject_titles)
