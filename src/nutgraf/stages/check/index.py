"""An article prepared for checking: its tokens, where each lemma stands, its quantities, dates, names and quotes.

Built once per article in time linear in its length; the rarer tables are made when first asked for.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from nutgraf.domain.article import Article
from nutgraf.stages.check.lexicon import FUNCTION_WORDS
from nutgraf.text.dates import DateMention, find_dates
from nutgraf.text.lemmas import lemma
from nutgraf.text.names import Name, acronyms, find_names
from nutgraf.text.numbers import NUMBER_WORDS, Quantity, find_quantities
from nutgraf.text.places import place_key
from nutgraf.text.quotations import Quotation, find_quotations, fold_quotation
from nutgraf.text.tokens import Tokens, tokenise
from nutgraf.text.words import fold_typography, without_accents

if TYPE_CHECKING:
    from nutgraf.stages.check.clauses import Predicate

MAX_CLAIM_CHARS = 1_000
"""A sentence is considered up to here; a longer one cannot be vouched for."""

MAX_SOURCE_CHARS = 120_000
"""An article is searched up to here (about 20,000 words)."""

ROOT_CHARS = 5
_SPACED_NUMERAL = re.compile(r"(?<=\d)(?: ,|,) ?(?=\d{3}\b)|(?<=\d)\. (?=\d)")
_MIN_CONTENT_CHARS = 4
_CACHED_WORDS = 65_536
_MIN_RUN_CHARS = 12
_RUN_ENDS = frozenset(("", ".", ",", ";", "\n"))


@dataclass(frozen=True)
class Reading:
    """A text read once: its tokens, their lemmas, and the positions of those that carry content."""

    text: str
    tokens: Tokens
    lemmas: tuple[str, ...]
    content: tuple[int, ...]

    @cached_property
    def content_places(self) -> frozenset[int]:
        """The positions of `content`, to ask whether one is among them."""
        return frozenset(self.content)

    @cached_property
    def names(self) -> list[Name]:
        """Capitalised spans of the text."""
        return find_names(self.text)

    @cached_property
    def breaks(self) -> frozenset[int]:
        """Positions of the tokens that begin a clause: punctuation other than a hyphen stands before them."""
        starts, ends = self.tokens.starts, self.tokens.ends
        return frozenset(
            i
            for i in range(1, len(starts))
            if starts[i] - ends[i - 1] > 1 and _has_mark(self.text[ends[i - 1] : starts[i]])
        )

    def before(self, place: int, reach: int) -> tuple[int, ...]:
        """Places of up to `reach` tokens before `place`, nearest first, within its clause."""
        found: list[int] = []
        while place > 0 and len(found) < reach and place not in self.breaks:
            place -= 1
            found.append(place)
        return tuple(found)


def read(text: str, language: str) -> Reading:
    """The reading of `text`."""
    tokens = tokenise(text)
    known = [_look_up(word, language) for word in tokens.words]
    content = tuple(place for place, (_, carries) in enumerate(known) if carries)
    return Reading(text, tokens, tuple(word_lemma for word_lemma, _ in known), content)


@lru_cache(maxsize=_CACHED_WORDS)
def _look_up(word: str, language: str) -> tuple[str, bool]:
    """A word's lemma, and whether it carries content."""
    word_lemma = lemma(word, language)
    return word_lemma, is_content(word, word_lemma, language)


def is_content(word: str, word_lemma: str, language: str) -> bool:
    """Whether a word carries content. In languages without a list of function words, length decides."""
    if word[0].isdigit():
        return True
    if language in ("en", ""):
        return word_lemma not in FUNCTION_WORDS and word not in FUNCTION_WORDS and len(word) > 1
    return len(word) >= _MIN_CONTENT_CHARS or not word[0].isascii()


def _has_mark(between: str) -> bool:
    return any(not character.isspace() and character != "-" for character in between)


def _close_up(match: re.Match[str]) -> str:
    return match.group().strip()


def is_number_word(word: str) -> bool:
    """Whether a case-folded word is a numeral or, in English, a number spelled out."""
    return word[0].isdigit() or word in NUMBER_WORDS


class ArticleIndex:
    """What the checker asks of an article. Token positions count through the whole text."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.language = article.language or "en"
        self.text = article.text[:MAX_SOURCE_CHARS]
        self.reading = read(self.text, self.language)
        self.published_on: date | None = article.published_at.date() if article.published_at else None
        self.sentence_of, self.sentence_tokens = self._sentences()
        self.positions: dict[str, list[int]] = {}
        for position, word in enumerate(self.reading.lemmas):
            places = self.positions.get(word)
            if places is None:
                self.positions[word] = [position]
            else:
                places.append(position)
        self.kin: dict[str, str] = {}  # filled by evidence.kin_of
        self.predicates: dict[str, list[Predicate]] = {}  # filled by clauses
        self.opposites: dict[str, list[str]] = {}  # filled by polarity
        self.surface = frozenset(self.reading.tokens.words)
        self._sentence_quantities: dict[int, list[Quantity]] = {}

    def _sentences(self) -> tuple[list[int], list[tuple[int, int]]]:
        """Sentence index of every token, and the tokens (start, end) of every sentence."""
        starts = self.reading.tokens.starts
        sentence_of: list[int] = []
        ranges: list[tuple[int, int]] = []
        position = 0
        for sentence in self.article.sentences:
            first = position
            while position < len(starts) and starts[position] < sentence.end:
                sentence_of.append(sentence.index)
                position += 1
            ranges.append((first, position))
        sentence_of.extend([len(ranges) - 1] * (len(starts) - position))
        return sentence_of, ranges

    def says_verbatim(self, claim: str) -> bool:
        """Whether the text has the claim as one run, but for a capital at its head and a full stop at its end.

        A run that begins or ends in the middle of a number does not count: "5" of "5.3" or of "5 million".
        """
        body = claim.rstrip(".")
        words = body.lower().split()
        if len(body) < _MIN_RUN_CHARS or is_number_word(words[0]):
            return False
        for run in (body, body[0].lower() + body[1:]):
            at = self.text.find(run)
            if at < 0 or (at and not self.text[at - 1].isspace()):
                continue
            after = self.text[at + len(run) : at + len(run) + 2]
            if after[:1] in _RUN_ENDS and not after[1:].isdigit():
                return True
            if after[0].isspace() and not is_number_word(words[-1]) and body[-1].isalpha():
                return True
        return False

    @cached_property
    def roots(self) -> dict[str, list[str]]:
        """Lemmas by their first letters, for words derived from one another (resign, resignation)."""
        table: dict[str, list[str]] = {}
        for word in self.positions:
            if len(word) >= ROOT_CHARS:
                table.setdefault(word[:ROOT_CHARS], []).append(word)
        return table

    @cached_property
    def trigrams(self) -> frozenset[tuple[str, str, str]]:
        """Every three lemmas in a row."""
        lemmas = self.reading.lemmas
        return frozenset(zip(lemmas, lemmas[1:], lemmas[2:], strict=False))

    @cached_property
    def bigrams(self) -> frozenset[tuple[str, str]]:
        """Every two lemmas in a row."""
        return frozenset(pairwise(self.reading.lemmas))

    @cached_property
    def gaps(self) -> frozenset[tuple[str, str]]:
        """Every two lemmas with one between them."""
        return frozenset(zip(self.reading.lemmas, self.reading.lemmas[2:], strict=False))

    @cached_property
    def folded(self) -> str:
        """The text as quotations are compared."""
        return fold_quotation(self.text)

    @cached_property
    def plain(self) -> str:
        """The text with plain marks and dashes; offsets are those of the text."""
        return fold_typography(self.text).replace("—", "-").replace("–", "-")

    @cached_property
    def quotations(self) -> list[Quotation]:
        """The article's own quotations."""
        return find_quotations(self.text)

    @cached_property
    def quantities(self) -> list[Quantity]:
        """Quantities of the text, numerals within dates included; also as read where a numeral is spaced (3, 500)."""
        found = find_quantities(self.text, self.language)
        if _SPACED_NUMERAL.search(self.text):
            found.extend(find_quantities(_SPACED_NUMERAL.sub(_close_up, self.text), self.language))
        return found

    def quantities_in(self, sentences: Iterable[int]) -> Iterator[Quantity]:
        """The quantities of some sentences, each read alone and once: enough to find most that a claim has."""
        for number in sentences:
            if number not in self._sentence_quantities:
                sentence = self.article.sentences[number]
                text = self.text[sentence.start : sentence.end]
                self._sentence_quantities[number] = find_quantities(text, self.language)
            yield from self._sentence_quantities[number]

    @cached_property
    def dates(self) -> list[DateMention]:
        """Dates of the text, resolved by the day of publication."""
        return find_dates(self.text, self.published_on)

    @cached_property
    def name_words(self) -> frozenset[str]:
        """Everything a name's word may be checked against: the text's words, without accents too, and acronyms."""
        words = set(self.surface)
        words.update(without_accents(word) for word in self.surface if not word.isascii())
        for name in self.reading.names:
            words.update(acronyms(name.words))
        tokens = self.reading.tokens.words
        words.update(first + second for first, second in pairwise(tokens))
        return frozenset(words)

    @cached_property
    def full_names(self) -> frozenset[str]:
        """The last words of names of two words and more (surnames, mostly), places left out."""
        return frozenset(
            name.words[-1] for name in self.reading.names if len(name.words) > 1 and not place_key(name.words[-1])
        )

    @cached_property
    def places(self) -> dict[str, str]:
        """The countries that the text names: key to the lemma of the word that names it first."""
        table: dict[str, str] = {}
        for position, key in place_keys(self.reading.tokens.words):
            table.setdefault(key, self.reading.lemmas[position])
        return table

    def places_between(self, start: int, end: int) -> range:
        """The token positions that begin between two offsets."""
        starts = self.reading.tokens.starts
        return range(bisect.bisect_left(starts, start), bisect.bisect_left(starts, end))

    def lemma_at(self, start: int, end: int) -> str:
        """The lemma of the first token that begins between two offsets, or ""."""
        starts = self.reading.tokens.starts
        at = bisect.bisect_left(starts, start)
        return self.reading.lemmas[at] if at < len(starts) and starts[at] < end else ""


def place_keys(words: tuple[str, ...]) -> Iterable[tuple[int, str]]:
    """Places and keys of the countries among `words`."""
    for index, word in enumerate(words):
        key = place_key(word, words[index + 1] if index + 1 < len(words) else "")
        if key:
            yield index, key
