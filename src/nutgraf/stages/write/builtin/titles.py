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
GOOD_ENOUGH = 0.45
"""Quality below which a title is not worth a line."""

# Prepositions that belong to the word before them: never cut there.
_BOUND = frozenset("of to from as into than about like per off out up down upon versus until".split())
_SAFE_NEXT = frozenset(
    "in on at for with after during since over amid following by because when while through throughout across under "
    "between among against including near around before toward towards within".split()
)
_LOOSE = frozenset(("for", "with", "against", "between", "on", "over", "under", "through"))
_MEASURES = frozenset(
    "percent per cent % million billion trillion year years month months day days hour hours minute minutes week weeks "
    "people miles km kilometres kilometers metres meters degrees dollars euros pounds crowns marks tonnes tons kg "
    "points times others".split()
)
_POINTERS = frozenset("this that these those his her its their such another other others no any some both either".split())
_OBJECT_PRONOUNS = frozenset("it him them he she they there this that these those one ones".split())
_SUBJECT_LINKS = frozenset(("of", "for", "in", "on", "between", "against", "from", "at"))
_OBJECT_LINKS = frozenset(("of", "between", "against"))
_GROUP = frozenset((FINITE, BASE, PARTICIPLE, ADVERB, NEGATION, TO))


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


def best_title(text: str, tokens: list[Token], lexicon: Lexicon, salience: Mapping[str, float]) -> Title | None:
    """The best title that the sentence holds, or None. `salience` gives the weight of a lower-case word, 0..1."""
    if not lexicon.known or not tokens:
        return None
    best: tuple[float, _Piece] | None = None
    propose = (_clause_titles, _noun_titles) if lexicon.verb_forms else (_whole_clause, _subject_titles)
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
    return Title(capitalise(words), min(1.0, best[0]))


def _word_count(tokens: list[Token]) -> int:
    """Words as a reader counts them: parts between spaces."""
    return sum(1 for i, token in enumerate(tokens) if token.is_word and (i == 0 or tokens[i - 1].end < token.start))


def _well_formed(piece: list[Token], lexicon: Lexicon) -> bool:
    if not MIN_TITLE_WORDS <= _word_count(piece) <= MAX_TITLE_WORDS:
        return False
    if any(token.tag in (QUOTE, DASH, STOP, COMMA) or token.text in "()[]" for token in piece):
        return False
    first_person = lexicon.words("first_person")
    if any(token.low in first_person and token.text != "US" for token in piece):
        return False
    last = piece[-1]
    if last.low in lexicon.words("honorifics") or last.text.endswith(".") and len(last.text) > 2 and last.text[-3:-2] != ".":
        return False
    return last.is_word and last.tag in (CONTENT, NUMBER, PARTICIPLE, FINITE, ADVERB)


def _main_start(tokens: list[Token], lexicon: Lexicon) -> int | None:
    """Where the main clause begins: past one leading phrase with its comma; None where it hangs on a condition."""
    first = tokens[0]
    conditionals = lexicon.words("conditionals")
    leading = first.tag in (PREPOSITION, GERUND, PARTICIPLE, ADVERB, SUBORDINATOR)
    if not leading:
        return None if first.low in conditionals or first.tag in (CONJUNCTION, QUOTE) else 0
    if first.low in conditionals and first.low not in ("although", "though", "because"):
        return None
    comma = next((i for i, token in enumerate(tokens[:25]) if token.tag == COMMA), None)
    return comma + 1 if comma is not None and comma + 2 < len(tokens) else None


def _clause_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Openings of a main clause that end where a clause may end, with who says so where somebody does."""
    attributed = _has_attribution(tokens, lexicon)
    for start in _clause_starts(tokens, lexicon):
        verb = _verb_after(tokens, start, lexicon)
        if verb is None:
            continue
        group_end = _group_end(tokens, verb)
        inner = group_end
        if tokens[verb].low in lexicon.words("attribution_verbs"):
            inner = group_end + (tokens[group_end : group_end + 1] != [] and tokens[group_end].low == "that")
            content_verb = _verb_after(tokens, inner, lexicon)
            if content_verb is None:
                continue
            verb, group_end = content_verb, _group_end(tokens, content_verb)
        elif attributed:
            continue  # the title would state as fact what somebody says
        for end in range(group_end, min(start + MAX_TITLE_WORDS + 3, len(tokens)) + 1):
            quality = _clause_end(tokens, group_end, end, lexicon)
            if quality <= 0.0 or not _complete(tokens, verb, group_end, end, lexicon):
                continue
            if not _is_end(tokens, end) and any(t.low in lexicon.words("scope_words") for t in tokens[start:end]):
                continue  # "the only state" says more than "the only state where it is allowed"
            words = _word_count(tokens[start:end])
            yield _Piece(start, end, quality + (0.15 if 5 <= words <= 8 else 0.05 if words == 4 else 0.0))


def _is_end(tokens: list[Token], end: int) -> bool:
    return end >= len(tokens) or tokens[end].tag in (STOP, COMMA)


def _verb_after(tokens: list[Token], start: int, lexicon: Lexicon) -> int | None:
    """Where the finite verb of the clause that begins at `start` stands, its subject being a plain phrase."""
    for i in range(start + 1, min(start + 9, len(tokens))):
        if tokens[i].tag == FINITE:
            subject = tokens[start:i]
            alone = len(subject) == 1 and subject[0].tag == PRONOUN and start > 0
            return i if alone or not _broken(subject) else None
    return None


def _group_end(tokens: list[Token], verb: int) -> int:
    """Where the verb with its participles, infinitives and adverbs ends."""
    end = verb + 1
    while end < len(tokens) and tokens[end].tag in _GROUP:
        end += 1
    return end


def _clause_starts(tokens: list[Token], lexicon: Lexicon) -> Iterator[int]:
    """Where main clauses begin: the first one, and later ones after a semicolon or a comma with "and" or "but"."""
    starts = [_main_start(tokens, lexicon)]
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


def _broken(tokens: list[Token]) -> bool:
    """Whether marks or clauses stand where a plain phrase is wanted."""
    return any(token.tag in (COMMA, STOP, QUOTE, DASH, SUBORDINATOR, PRONOUN) or token.text in "()" for token in tokens)


def _has_attribution(tokens: list[Token], lexicon: Lexicon) -> bool:
    words = lexicon.words("attribution_verbs")
    return any(
        token.low in words and token.tag in (FINITE, GERUND, BASE, PARTICIPLE) or token.low == "according"
        for token in tokens
    )


def _complete(tokens: list[Token], verb: int, group_end: int, end: int, lexicon: Lexicon) -> bool:
    """Whether the verb has what it needs: an object, a complement, or none where it takes none."""
    main = tokens[group_end - 1]
    alone = main.low in lexicon.words("intransitive")
    auxiliaries = lexicon.words("auxiliaries")
    passive = main.tag == PARTICIPLE and any(t.low in auxiliaries for t in tokens[verb : group_end - 1])
    copula = main.low in auxiliaries and main.low not in ("has", "have", "had", "having", "get", "gets", "got")
    after = tokens[end] if end < len(tokens) else None
    whole = after is None or after.tag in (STOP, COMMA)
    if group_end == end:
        loose = after is not None and (after.low in _LOOSE or after.low == "by")
        return (alone or passive) and main.tag != ADVERB and main.low not in auxiliaries and not loose
    if main.low in lexicon.words("incomplete_verbs") and not whole:
        return False
    complement = tokens[group_end:end]
    first = complement[0]
    if any(token.low in _OBJECT_PRONOUNS for token in complement):
        return False
    if any(token.tag in (SUBORDINATOR, COMMA, CONJUNCTION, FINITE) for token in complement):
        return whole and any(t.tag == CONJUNCTION for t in complement) and all(t.tag != SUBORDINATOR for t in complement)
    if first.tag in (PREPOSITION, GERUND):
        return alone or passive or copula or whole
    return first.tag in (DETERMINER, CONTENT, NUMBER)


def _clause_end(tokens: list[Token], group_end: int, end: int, lexicon: Lexicon) -> float:
    """How well a clause can end before the token at `end` (0: not at all)."""
    last = tokens[end - 1]
    after = tokens[end] if end < len(tokens) else None
    if last.tag not in (CONTENT, NUMBER, PARTICIPLE, FINITE) or last.low in lexicon.words("finite_verbs"):
        return 0.0
    if last.low in lexicon.words("auxiliaries") or (last.tag in (PARTICIPLE, FINITE) and end > group_end):
        return 0.0
    if last.low in lexicon.words("adjectives") and after is not None and after.tag not in (STOP, COMMA):
        return 0.0
    if after is None or after.tag == STOP:
        return 0.75
    if after.low in lexicon.words("conditionals") or after.tag == NEGATION:
        return 0.0
    if after.tag == COMMA:
        return _before_comma(tokens, end, lexicon)
    if last.tag == NUMBER and (after.low in _MEASURES or after.tag in (CONTENT, NUMBER)):
        return 0.0
    if last.low in _MEASURES and after.low in ("of", "a", "per"):
        return 0.0
    if after.low == "and" and end + 1 < len(tokens) and tokens[end + 1].tag == FINITE:
        return 0.5
    if after.tag == TO:
        controlled = any(t.low in lexicon.words("controlling_verbs") for t in tokens[:group_end])
        return 0.3 if end > group_end + 1 and not controlled else 0.0
    if after.low in ("to", "from") and after.tag == PREPOSITION and end < len(tokens) - 1:
        return 0.3 if end > group_end + 1 and tokens[end + 1].tag in (DETERMINER, CONTENT) else 0.0
    if after.tag in (PREPOSITION, SUBORDINATOR) and after.low in _SAFE_NEXT and after.low not in _BOUND:
        return 0.35 if after.low in _LOOSE else 0.5
    return 0.0


def _before_comma(tokens: list[Token], end: int, lexicon: Lexicon) -> float:
    following = tokens[end + 1] if end + 1 < len(tokens) else None
    if following is None or following.low in lexicon.words("conditionals"):
        return 0.0
    if following.tag in (CONTENT, NUMBER, FINITE) and following.low not in ("including",):
        later = tokens[end + 1 : end + 12]
        if any(token.tag == CONJUNCTION for token in later) or following.tag == FINITE:
            return 0.0  # inside a list
    return 0.6


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
        if len(content) < 2 or phrase[head].low in vague or phrase[head].tag == NUMBER:
            continue
        if all(token.is_capital for token in content[1:]) or any(token.low in lexicon.words("months") for token in content):
            continue  # a mere name, a date
        if any(token.low in lexicon.words("weekdays") for token in content):
            continue
        linked = any(token.tag == PREPOSITION for token in phrase)
        if not linked and len(phrase) > 1 and phrase[-1].is_capital and phrase[-2].is_capital:
            continue  # somebody with their office
        words = _word_count(phrase)
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
    if tokens[end - 1].low in _MEASURES or tokens[end - 1].text.endswith("'s") or tokens[end - 1].text.endswith("’s"):
        return False
    after = tokens[end] if end < len(tokens) else None
    if after is None:
        return True
    if after.tag in (NUMBER, CONTENT, GERUND, DETERMINER, ADVERB, QUOTE, PARTICIPLE, CONJUNCTION):
        return False
    return after.low not in _BOUND or after.tag == TO


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
    if tokens[0].tag in (PREPOSITION, SUBORDINATOR, CONJUNCTION, PRONOUN, NEGATION):
        return
    for end in range(2, min(len(tokens), MAX_TITLE_WORDS + 2)):
        if tokens[end].tag in (STOP, COMMA, DASH):
            whole = tokens[end].tag == STOP or lexicon.code not in ("de", "nl")
            if whole and any(token.tag == FINITE for token in tokens[1:end]) and not _has_attribution(tokens[end:], lexicon):
                yield _Piece(0, end, 0.6)
            return


def _subject_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Without verb forms: what stands before the first finite verb."""
    if tokens[0].tag in (PREPOSITION, SUBORDINATOR, CONJUNCTION, PRONOUN, ADVERB, NEGATION, FINITE):
        return
    verb = next((i for i, token in enumerate(tokens[:12]) if token.tag == FINITE), None)
    if verb is None or verb < 3 or _broken(tokens[:verb]) or tokens[0].low in lexicon.words("pronouns"):
        return
    if tokens[verb - 1].tag in (CONTENT, NUMBER):
        yield _Piece(0, verb, 0.4)
