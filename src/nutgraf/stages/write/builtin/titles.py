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
from nutgraf.stages.write.builtin.endings import (
    BOUND,
    MEASURES,
    clause_ends,
    content_start,
    has_attribution,
    is_broken,
    main_start,
    verb_after,
    word_count,
)
from nutgraf.stages.write.builtin.leaning import capitalise
from nutgraf.text.lexicon import Lexicon

MIN_TITLE_WORDS, MAX_TITLE_WORDS = 3, 9
GOOD_ENOUGH = 0.38
"""Quality below which a title is not worth a line."""

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
_SUBJECT_LINKS = frozenset(("of", "for", "in", "on", "between", "against", "from", "at"))
_OBJECT_LINKS = frozenset(("of", "between", "against"))


@dataclass(frozen=True, slots=True)
class Title:
    """A title with how good it is, 0..1."""

    text: str
    quality: float


@dataclass(frozen=True, slots=True)
class _Piece:
    """Tokens `start` to `end` (exclusive) of the sentence as a possible title."""

    start: int
    end: int
    quality: float
    quoted: bool = False


def best_title(text: str, tokens: list[Token], lexicon: Lexicon, salience: Mapping[str, float]) -> Title | None:
    """The best title that the sentence holds, or None. `salience` gives the weight of a lower-case word, 0..1."""
    if not lexicon.known or not tokens:
        return None
    best: tuple[float, _Piece] | None = None
    propose = (_clause_titles, _quoted_titles, _noun_titles) if lexicon.verb_forms else (_whole_clause, _subject_titles)
    for kind in propose:
        for piece in kind(tokens, lexicon):
            part = tokens[piece.start : piece.end]
            if not _well_formed(part, lexicon):
                continue
            weights = sorted((salience.get(token.low, 0.0) for token in part if token.is_word), reverse=True)[:3]
            quality = piece.quality + 0.3 * sum(weights) / 3
            if best is None or quality > best[0]:
                best = (quality, piece)
    if best is None or best[0] < GOOD_ENOUGH:
        return None
    words = text[tokens[best[1].start].start : tokens[best[1].end - 1].end]
    return Title(f"“{words}”" if best[1].quoted else capitalise(words), min(1.0, best[0]))


def _well_formed(piece: list[Token], lexicon: Lexicon) -> bool:
    if not MIN_TITLE_WORDS <= word_count(piece) <= MAX_TITLE_WORDS:
        return False
    if any(token.tag in (QUOTE, DASH, STOP, COMMA) or token.text in "()[]" for token in piece):
        return False
    first_person = lexicon.words("first_person")
    if any(token.low in first_person and token.text != "US" for token in piece):
        return False
    first, last = piece[0], piece[-1]
    if first.tag == CONTENT and not first.is_capital and first.low.endswith("ed"):
        return False  # a participle or verb that the word lists do not know
    if last.low in lexicon.words("honorifics") or (
        last.text.endswith(".") and len(last.text) > 2 and last.text[-3:-2] != "."
    ):
        return False
    return last.is_word and last.tag in (CONTENT, NUMBER, PARTICIPLE, FINITE, ADVERB)


def _clause_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Openings of a main clause that end where a clause may end, with who says so where somebody does."""
    attributed = has_attribution(tokens, lexicon)
    for start in _clause_starts(tokens, lexicon):
        verb = verb_after(tokens, start)
        if verb is None:
            continue
        if tokens[verb].low in lexicon.words("attribution_verbs"):
            content = content_start(tokens, verb + 1)
            verb = verb_after(tokens, content)
            if verb is None:
                continue
        elif attributed:
            continue  # the title would state as fact what somebody says
        for ending in clause_ends(tokens, start, verb, lexicon, MAX_TITLE_WORDS):
            yield _Piece(start, ending.end, ending.quality + _length_bonus(ending.words))


def _quoted_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Clauses inside a quotation: its marks, which the title keeps, say that somebody is speaking."""
    marks = [i for i, token in enumerate(tokens) if token.tag == QUOTE]
    for opening, closing in zip(marks[::2], marks[1::2], strict=False):
        inside = tokens[opening + 1 : closing]
        if len(inside) < MIN_TITLE_WORDS or not inside[0].is_capital:
            continue
        if inside[0].tag not in (DETERMINER, CONTENT, NUMBER) or inside[0].low in _POINTERS:
            continue
        verb = verb_after(inside, 0)
        if verb is None or inside[verb].low in lexicon.words("attribution_verbs"):
            continue
        for ending in clause_ends(inside, 0, verb, lexicon, MAX_TITLE_WORDS):
            if not any(token.low in lexicon.words("pronouns") for token in inside[: ending.end]):
                quality = ending.quality + _length_bonus(ending.words) - 0.1
                yield _Piece(opening + 1, opening + 1 + ending.end, quality, quoted=True)


def _length_bonus(words: int) -> float:
    return 0.15 if 5 <= words <= 8 else 0.05 if words == 4 else 0.0


def _clause_starts(tokens: list[Token], lexicon: Lexicon) -> Iterator[int]:
    """Where main clauses begin: the first one, and later ones after a semicolon or a comma with "and" or "but"."""
    starts = [main_start(tokens, lexicon)]
    if starts[0] is not None:
        for i, token in enumerate(tokens[:-4]):
            if token.text == ";":
                starts.append(i + 1)
            elif token.tag == COMMA and tokens[i + 1].low in ("and", "but"):
                starts.append(i + 2)
    for start in starts:
        if start is None or tokens[start].tag not in (DETERMINER, CONTENT, NUMBER):
            continue
        if tokens[start].low not in _POINTERS and tokens[start].low not in ("it", "there"):
            yield start


def _noun_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Noun phrases with what belongs to them: the subject, or the object of a verb."""
    vague = lexicon.words("vague_nouns")
    for start in range(len(tokens)):
        standing = _noun_start(tokens, start)
        if not standing:
            continue
        end = start
        while end < len(tokens) and end - start <= MAX_TITLE_WORDS + 1 and _continues_noun(tokens, end, start):
            end += 1
        while end > start and tokens[end - 1].tag not in (CONTENT, NUMBER):
            end -= 1
        if end <= start or not _ends_noun(tokens, end):
            continue
        phrase = tokens[start:end]
        content = [token for token in phrase if token.tag == CONTENT]
        head = next((i for i in range(len(phrase)) if i + 1 == len(phrase) or phrase[i + 1].tag == PREPOSITION), 0)
        cut_short = phrase[-1].low.endswith("ed") or phrase[-1].low in lexicon.words("adjectives")
        if cut_short and not phrase[-1].is_capital:
            continue  # a participle whose phrase goes on
        speaker = end < len(tokens) and tokens[end].low in lexicon.words("attribution_verbs")
        named = end + 1 < len(tokens) and tokens[end].tag == COMMA and tokens[end + 1].is_capital
        if speaker or named or phrase[head].low.removesuffix("s") in lexicon.words("person_nouns"):
            continue
        if len(content) < 2 or phrase[head].low in vague or phrase[head].tag == NUMBER:
            continue
        if all(token.is_capital for token in content[1:]) or any(
            token.low in lexicon.words("months") for token in content
        ):
            continue  # a mere name, a date
        if any(token.low in lexicon.words("weekdays") for token in content):
            continue
        linked = any(token.tag == PREPOSITION for token in phrase)
        if not linked and len(phrase) > 1 and phrase[-1].is_capital and phrase[-2].is_capital:
            continue  # somebody with their office
        words = word_count(phrase)
        telling = any(token.tag == NUMBER for token in phrase) or any(token.is_capital for token in content[1:])
        yield _Piece(start, end, standing + 0.1 * linked + 0.08 * telling + (0.08 if 4 <= words <= 8 else 0.0))


def _noun_start(tokens: list[Token], start: int) -> float:
    """How well a title may begin here (0: not at all): best at a subject, then at an object."""
    token = tokens[start]
    if token.low in _POINTERS or token.tag not in (DETERMINER, CONTENT, NUMBER):
        return 0.0
    if start == 0:
        return 0.22
    before = tokens[start - 1]
    if before.tag == SUBORDINATOR and before.low in ("that", "whether", "how", "because", "where"):
        return 0.22
    perfect = before.tag == PARTICIPLE and start > 1 and tokens[start - 2].low in ("has", "have", "had")
    if before.tag in (BASE, FINITE, GERUND) or perfect:
        negated = any(t.tag == NEGATION or t.low.endswith("n't") for t in tokens[max(0, start - 5) : start])
        return 0.0 if negated else 0.2
    return 0.12 if before.low in ("on", "over", "about", "against", "for") else 0.0


def _ends_noun(tokens: list[Token], end: int) -> bool:
    if tokens[end - 1].low in MEASURES or tokens[end - 1].text.endswith("'s") or tokens[end - 1].text.endswith("’s"):
        return False
    after = tokens[end] if end < len(tokens) else None
    if after is None:
        return True
    if after.tag in (NUMBER, CONTENT, GERUND, DETERMINER, ADVERB, QUOTE, PARTICIPLE, CONJUNCTION):
        return False
    return after.low not in BOUND or after.tag == TO


def _continues_noun(tokens: list[Token], position: int, start: int) -> bool:
    token = tokens[position]
    if token.tag in (CONTENT, NUMBER):
        return True
    if position == start:
        return token.tag == DETERMINER
    before = tokens[position - 1]
    if token.tag == DETERMINER:
        return before.tag == PREPOSITION and token.low not in _POINTERS
    if token.tag == PREPOSITION:
        linking = _SUBJECT_LINKS if start == 0 else _OBJECT_LINKS
        return token.low in linking and before.tag in (CONTENT, NUMBER)
    return False


def _whole_clause(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Without verb forms: the sentence up to its end or first mark, where that has a finite verb."""
    if tokens[0].tag in (PREPOSITION, SUBORDINATOR, CONJUNCTION, NEGATION):
        return
    if any(token.low in lexicon.words("pronouns") for token in tokens[:4]):
        return
    for end in range(2, min(len(tokens), MAX_TITLE_WORDS + 2)):
        if tokens[end].tag in (STOP, COMMA, DASH):
            whole = end == len(tokens) - 1 or (tokens[end].tag == COMMA and lexicon.code not in ("de", "nl"))
            if (
                whole
                and any(token.tag == FINITE for token in tokens[1:end])
                and not has_attribution(tokens[end:], lexicon)
            ):
                yield _Piece(0, end, 0.6)
            return


def _subject_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Without verb forms: what stands before the first finite verb."""
    if tokens[0].tag in (PREPOSITION, SUBORDINATOR, CONJUNCTION, PRONOUN, ADVERB, NEGATION, FINITE):
        return
    verb = next((i for i, token in enumerate(tokens[:12]) if token.tag == FINITE), None)
    if verb is None or verb < 3 or is_broken(tokens[:verb]) or tokens[0].low in lexicon.words("pronouns"):
        return
    if tokens[verb - 1].tag in (CONTENT, NUMBER):
        yield _Piece(0, verb, 0.4)
