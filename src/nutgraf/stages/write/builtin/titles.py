"""Titles for key insights: a clause or noun phrase of the article's own words, readable alone, 3–9 words."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from nutgraf.stages.write.builtin.beginnings import verb_after
from nutgraf.stages.write.builtin.clauses import (
    ADVERB,
    BASE,
    COMMA,
    CONJUNCTION,
    CONTENT,
    DASH,
    DETERMINER,
    FINITE,
    NEGATION,
    NUMBER,
    PARTICIPLE,
    PREPOSITION,
    PRONOUN,
    QUOTE,
    STOP,
    Token,
    count_words,
)
from nutgraf.stages.write.builtin.endings import clause_ends, word_count
from nutgraf.stages.write.builtin.glued import is_glued
from nutgraf.stages.write.builtin.leaning import balanced, capitalise
from nutgraf.stages.write.builtin.phrases import noun_phrases
from nutgraf.stages.write.builtin.plain_clauses import event_phrases, plain_clauses, subject_phrase, without_articles
from nutgraf.stages.write.builtin.predications import Predication, find_predications
from nutgraf.text.lexicon import Lexicon

MIN_TITLE_WORDS, MAX_TITLE_WORDS = 3, 9
GOOD_ENOUGH = 0.42
"""Quality below which a title is not worth a line."""

_ORDINALS = frozenset(("first", "second", "third", "fourth", "fifth", "last", "latter", "former", "other"))
_SPARE = 6  # words over the limit that a headline's form may save
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
    """Tokens that make a title, `suffix` behind them; commas stand in it only where `may_list`."""

    tokens: list[Token]
    quality: float
    quoted: bool = False
    is_claim: bool = False
    suffix: str = ""
    may_list: bool = False


def best_title(text: str, tokens: list[Token], lexicon: Lexicon, salience: Mapping[str, float]) -> Title | None:
    """The best title that the sentence holds, or None."""
    return next(iter(find_titles(text, tokens, lexicon, salience)), None)


def find_titles(text: str, tokens: list[Token], lexicon: Lexicon, salience: Mapping[str, float]) -> list[Title]:
    """The titles that the sentence holds, best first. `salience` gives the weight of a lower-case word, 0..1."""
    if not lexicon.known or not tokens or text.rstrip('”" ').endswith("?"):
        return []
    found: dict[str, Title] = {}
    tokens = _without_asides(_fold_borrowed(tokens))
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


def _fold_borrowed(tokens: list[Token]) -> list[Token]:
    """The tokens with the marks of short borrowed phrases made part of their words: the "instant" option."""
    marks = [i for i, token in enumerate(tokens) if token.tag == QUOTE]
    if len(marks) % 2:
        return tokens
    folded = list(tokens)
    for opening, closing in zip(marks[::2], marks[1::2], strict=True):
        inside = tokens[opening + 1 : closing]
        if not 0 < len(inside) <= _BORROWED or any(t.tag in (FINITE, COMMA, STOP, PRONOUN) for t in inside):
            continue
        first, last = inside[0], inside[-1]
        folded[opening + 1] = replace(first, text=tokens[opening].text + first.text, start=tokens[opening].start)
        last = folded[closing - 1]
        folded[closing - 1] = replace(last, text=last.text + tokens[closing].text, end=tokens[closing].end)
        folded[opening] = folded[closing] = _NOTHING
    return [token for token in folded if token is not _NOTHING]


def _without_asides(tokens: list[Token]) -> list[Token]:
    """The tokens without short brackets and without ages behind names, which the explanation gives."""
    if not any(token.text == "(" or (token.tag == NUMBER and token.text.isdigit()) for token in tokens):
        return tokens
    kept: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        closing = _closing_bracket(tokens, position)
        if closing:
            position = closing + 1
            continue
        following = tokens[position + 1 : position + 4]
        if token.tag == COMMA and [t.tag for t in following[:2]] == [NUMBER, COMMA] and following[0].text.isdigit():
            goes_on = len(following) > 2 and (following[2].tag == FINITE or following[2].low == "and")
            position += 3 if goes_on else 2
            continue
        kept.append(token)
        position += 1
    return kept


def _closing_bracket(tokens: list[Token], position: int) -> int:
    """Where the bracket that opens at `position` closes, a few words on; 0 where none does."""
    if tokens[position].text != "(" or not position:
        return 0
    reach = range(position + 1, min(position + _BRACKET, len(tokens)))
    return next((i for i in reach if tokens[i].text == ")"), 0)


_BRACKET = 9  # tokens with the marks
_BORROWED = 4  # words: a longer quotation is a statement
_NOTHING = Token("", "", 0, 0, is_word=False, is_capital=False)


def _render(text: str, tokens: list[Token]) -> str:
    """The words of `tokens`, with one space where the sentence has something between them that is left out."""
    parts = [tokens[0].text]
    for before, token in itertools.pairwise(tokens):
        between = text[before.end : token.start]
        parts.append((between if not between.strip() else " ") + token.text)
    return "".join(parts)


def _well_formed(piece: _Piece, lexicon: Lexicon) -> bool:
    tokens = piece.tokens
    if not MIN_TITLE_WORDS <= word_count(tokens) + count_words(piece.suffix.lstrip(", ")) <= MAX_TITLE_WORDS:
        return False
    if any(token.tag in (QUOTE, DASH, STOP) or token.text in "()[]" for token in tokens):
        return False
    if any(token.tag == FINITE and token.is_capital for token in tokens[1:]):
        return False  # another story's headline
    if any(token.tag == COMMA for token in tokens) and (piece.suffix or not piece.may_list):
        return False
    if not balanced("".join(token.text for token in tokens)):
        return False
    first_person = lexicon.words("first_person")
    if not piece.quoted and any(token.low in first_person and token.text != "US" for token in tokens):
        return False
    first, last = tokens[0], tokens[-1]
    if not first.is_word or _compares(tokens):
        return False
    if "'" in first.low and first.low.partition("'")[0] in lexicon.words("pronouns"):
        return False  # "He's been …"
    if first.low in _POINTERS or (first.tag == CONTENT and not first.is_capital and first.low.endswith("ed")):
        return False  # a participle or verb that the word lists do not know
    times = lexicon.words("time_nouns")
    if any(
        t.low == "that" and after.tag == CONTENT and not after.is_capital for t, after in itertools.pairwise(tokens)
    ):
        return False  # "says that decision was wrong"
    if any(t.low in _DEMONSTRATIVES and after.low not in times for t, after in itertools.pairwise(tokens)):
        return False
    if last.low in lexicon.words("indefinites"):
        return False
    if last.tag == NUMBER and last.low.isdigit() and len(last.low) < 4 and tokens[-2].tag in (FINITE, BASE):
        return False  # "The others have 203": of what?
    counted = first.low in ("all", "both") and tokens[1].tag == NUMBER
    if counted or first.low == "whose" or (first.tag == DETERMINER and tokens[1].tag == FINITE):
        return False  # "All three worked", "Most would be": of whom?
    if any(t.low in ("one", "ones") and after.tag == FINITE for t, after in itertools.pairwise(tokens)):
        return False
    if first.start == 0 and first.low.endswith("ed") and tokens[1].tag in (PREPOSITION, ADVERB, DETERMINER):
        return False  # "Perched atop the tower"
    if tokens[0].low == "some" and tokens[1].tag == FINITE:
        return False
    if first.low == "the" and tokens[1].low in _ORDINALS and (tokens[2].tag == FINITE or _is_vague(tokens[2], lexicon)):
        return False  # "The third is slated to begin": of what?
    verb = next((i for i, token in enumerate(tokens) if token.tag == FINITE), 0)
    if any(t.tag == CONTENT and after.tag == DETERMINER for t, after in itertools.pairwise(tokens[:verb])):
        return False  # "Lands the settlers want"
    if verb and not piece.quoted and all(t.tag == DETERMINER or _is_vague(t, lexicon) for t in tokens[:verb]):
        return False  # "The issue appears to …"
    if last.low == "u.s." and tokens[-2].low not in ("the", "in", "to", "from", "of"):
        return False  # "its monthly U.S. | and global updates"
    if last.low in ("ph", "st", "no"):
        return False  # "is studying for a Ph.D."
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
    if last.low in lexicon.words("separable_prefixes"):
        return True
    return last.is_word and last.tag in (CONTENT, NUMBER, PARTICIPLE, FINITE, ADVERB)


def _compares(tokens: list[Token]) -> bool:
    """Whether something is said to be different or similar, and the title does not say from what."""
    place = next((i for i, token in enumerate(tokens) if token.low in _COMPARISONS), None)
    if place is not None and not any(t.low in ("from", "than", "to", "as", "between") for t in tokens[place:]):
        return True
    likened = [token.low for token in tokens if token.low in ("as", "many", "much")]
    return "as" in likened[:-1] and likened.count("as") < 2  # "has not held as many rallies"


_COMPARISONS = frozenset(("different", "differently", "similar", "similarly", "same"))


def _ends_in_verb(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether the last word may be a verb that lacks its object: "residents on water systems receive"."""
    last, before = tokens[-1], tokens[-2]
    if last.low in ("seem", "seems", "become", "becomes", "remain", "include", "includes", "appear"):
        return True
    if last.tag != CONTENT or lexicon.verb_forms.get(last.low) != "base" or last.low in lexicon.words("event_nouns"):
        return False
    return before.tag in (CONTENT, FINITE) and before.low.endswith(("s", "ed")) and not before.is_capital


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
    weakness = 0.2 if words == 3 else 0.04 if words == 4 else 0.0
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
    told = found.speaker.endswith(("told", "tells"))
    named = len(found.speaker.split()) if found.speaker and not told else 0
    for ending in clause_ends(found.tokens, 0, found.verb, lexicon, MAX_TITLE_WORDS + _SPARE):
        whole = found.tokens[: ending.end]
        quality = ending.quality + found.standing
        if named:
            piece = compress(whole, found.verb, lexicon, MAX_TITLE_WORDS - named)
            if word_count(piece) + named <= MAX_TITLE_WORDS:
                worth = quality + _length_bonus(word_count(piece)) - _pressed(whole, piece) + 0.08
                yield _Piece(piece, worth, suffix=f", {found.speaker}")
        if not found.speaker or (found.may_go_unnamed and not told):
            piece = compress(whole, found.verb, lexicon, MAX_TITLE_WORDS)
            worth = quality + _length_bonus(word_count(piece)) - _pressed(whole, piece)
            yield _Piece(piece, worth, is_claim=found.is_claim, may_list=True)


def _pressed(whole: list[Token], piece: list[Token]) -> float:
    """What a title is worth less for each word that it had to lose."""
    lost = len(whole) - len(piece)
    return 0.04 + 0.02 * lost if lost else 0.0


def compress(tokens: list[Token], verb: int, lexicon: Lexicon, max_words: int) -> list[Token]:
    """A headline's form of the clause with its verb at `verb`, as far as `max_words` asks for it.

    It is rid of adverbs that a headline would spare, of articles, of the role before a person's name, and of "was" or
    "has" before a form in -ed.
    """
    over = word_count(tokens) - max_words
    if over <= 0:
        return tokens
    role = _role_before_name(tokens[:verb], lexicon)
    kept = tokens[role:]
    over -= role
    behind_be = {id(t) for b, t in itertools.pairwise(tokens) if b.low in lexicon.words("be_forms")}
    steps: tuple[tuple[_IsSpare, list[Token]], ...] = (
        (_is_spare_adverb, tokens),
        (_is_spare_article, tokens),
        (_is_article, tokens),
    )
    for is_spare, reach in steps:
        if is_spare is _is_article and over > 0:
            auxiliaries = _spare_auxiliaries(tokens, verb, lexicon)
            kept = [token for token in kept if token not in auxiliaries]
            over -= len(auxiliaries)
        for token in reach:
            if over <= 0:
                return kept
            if token in kept and id(token) not in behind_be and is_spare(token, kept, lexicon):
                kept.remove(token)
                over -= 1
    return kept


_IsSpare = Callable[[Token, list[Token], Lexicon], bool]


def _is_article(token: Token, tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether it is an article that nothing but the style of headlines lets go: before a noun, not before "of"."""
    after = tokens[tokens.index(token) + 1 :][:1]
    return (
        token.low in lexicon.words("articles") and bool(after) and after[0].tag == CONTENT and not after[0].is_capital
    )


def _is_spare_adverb(token: Token, tokens: list[Token], lexicon: Lexicon) -> bool:
    place = tokens.index(token)
    before, after = tokens[place - 1 : place], tokens[place + 1 : place + 2]
    joined = any(t.tag in (ADVERB, CONJUNCTION) or t.low == "right" for t in before + after)
    if not after or joined:
        return False  # "very quickly", "quietly and slowly"
    manner = token.tag == ADVERB and token.low.endswith("ly") and token.low not in lexicon.words("telling_adverbs")
    return manner or token.low in lexicon.words("spare_adverbs")


def _is_spare_article(token: Token, tokens: list[Token], lexicon: Lexicon) -> bool:
    place = tokens.index(token)
    if token.low not in lexicon.words("articles") or place + 1 >= len(tokens):
        return False
    if not place:
        return True
    after = tokens[place + 1]
    return token.low == "the" and after.tag == CONTENT and not after.is_capital and not _is_vague(after, lexicon)


def _role_before_name(subject: list[Token], lexicon: Lexicon) -> int:
    """Number of tokens that stand before a person's name: "Prime Minister | Ada Quill", "researcher | Ada Quill"."""
    role = len(subject) - 2
    if role < 1 or any(token.tag != CONTENT for token in subject) or not all(t.is_capital for t in subject[role:]):
        return 0
    last = subject[role - 1].low.rstrip(".")
    return role if last in lexicon.words("honorifics") | lexicon.words("person_nouns") else 0


def _spare_auxiliaries(tokens: list[Token], verb: int, lexicon: Lexicon) -> list[Token]:
    """ "Two men | were | arrested", "The council | has | approved": what headlines leave out before a form in -ed."""
    spare = lexicon.words("spare_auxiliaries")
    group = tokens[verb : verb + 4]
    count = next((i for i, token in enumerate(group) if token.low not in spare), 0)
    main = group[count] if 0 < count < len(group) else None
    told = main is not None and main.tag == PARTICIPLE and main.low.endswith("ed")
    return group[:count] if told else []


def _is_vague(token: Token, lexicon: Lexicon) -> bool:
    return token.low in lexicon.words("vague_nouns")


def _quoted_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    """Clauses inside a quotation: its marks, which the title keeps, say that somebody is speaking."""
    marks = [i for i, token in enumerate(tokens) if token.tag == QUOTE]
    for opening, closing in zip(marks[::2], marks[1::2], strict=False):
        inside = tokens[opening + 1 : closing]
        if len(inside) < MIN_TITLE_WORDS or not inside[0].is_capital:
            continue
        if inside[0].tag not in (DETERMINER, CONTENT, NUMBER) or inside[0].low in _POINTERS | _VAGUE_SUBJECTS:
            continue
        verb = verb_after(inside, 0)
        if verb is None or inside[verb].low in lexicon.words("attribution_verbs"):
            continue
        for ending in clause_ends(inside, 0, verb, lexicon, MAX_TITLE_WORDS):
            part = inside[: ending.end]
            if any(t.low in lexicon.words("pronouns") for t in part):
                continue
            broken = ending.end < len(inside) and inside[ending.end].tag not in (STOP, COMMA)
            if broken or any(t.tag == NEGATION for t in inside[ending.end : ending.end + 3]):
                continue  # half of what was said is not a quotation
            quality = ending.quality + _length_bonus(ending.words) - 0.15
            yield _Piece(part, quality, quoted=True, is_claim=True)


_VAGUE_SUBJECTS = frozenset(("everything", "everyone", "everybody", "nothing", "there", "something"))


def _length_bonus(words: int) -> float:
    return 0.15 if 5 <= words <= 8 else 0.08 if words == 9 else 0.05 if words == 4 else 0.0


def _noun_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    for start, end, quality in noun_phrases(tokens, lexicon):
        yield _Piece(tokens[start:end], quality)


def _plain_titles(tokens: list[Token], lexicon: Lexicon) -> Iterator[_Piece]:
    for start, end, quality in plain_clauses(tokens, lexicon, MAX_TITLE_WORDS + _SPARE):
        whole = tokens[start:end]
        piece = without_articles(whole, lexicon, word_count(whole) - MAX_TITLE_WORDS)
        yield _Piece(piece, quality + _length_bonus(word_count(piece)) - _pressed(whole, piece))
    phrase = subject_phrase(tokens, lexicon)
    if phrase is not None:
        start, end, quality = phrase
        yield _Piece(tokens[start:end], quality + _length_bonus(end - start))
    for start, end, quality in event_phrases(tokens, lexicon):
        yield _Piece(tokens[start:end], quality + _length_bonus(end - start))


_Kind = Callable[[list[Token], Lexicon], Iterator[_Piece]]
_KINDS: tuple[_Kind, ...] = (_clause_titles, _quoted_titles, _noun_titles)
_PLAIN_KINDS: tuple[_Kind, ...] = (_plain_titles,)
