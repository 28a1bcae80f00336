"""The terms under which a text is found: the same for what is stored and for what is asked, on every database.

Folding the words here, and not in a database's own tokenizer, makes a search find the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

from nutgraf.text.tokens import tokenise

MAX_TERM_CHARS = 40

_PARTS_OF_LETTERS = "\u3099\u309a"
"""Marks of kana: without them they are other letters."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term with the place of its word in the text."""

    term: str
    start: int
    end: int


def search_terms(text: str) -> list[str]:
    """The terms of `text` in order."""
    return [term for word in tokenise(text).words if (term := fold_word(word))]


@functools.lru_cache(4_000)
def kept_terms(text: str) -> tuple[str, ...]:
    """The terms of a headline or another short text that is asked for again and again."""
    return tuple(search_terms(text))


def placed_terms(text: str) -> list[Term]:
    """The terms of `text` in order, each with the offsets of its word."""
    tokens = tokenise(text)
    found = zip(tokens.words, tokens.starts, tokens.ends, strict=True)
    return [Term(term, start, end) for word, start, end in found if (term := fold_word(word))]


@functools.lru_cache(maxsize=50_000)
def fold_word(word: str) -> str:
    """A word as a term: letters, digits and underscores only, without accents, in the singular where that is plain.

    A decimal point becomes an underscore, so that 3.10 stays one term; other marks inside a word go.
    """
    decomposed = unicodedata.normalize("NFKD", word.casefold()).replace(".", "_")
    unaccented = "".join(c for c in decomposed if c in _PARTS_OF_LETTERS or not unicodedata.combining(c))
    plain = "".join(c for c in unicodedata.normalize("NFC", unaccented) if c.isalnum() or c == "_").strip("_")
    return _singular(plain)[:MAX_TERM_CHARS]


def _singular(word: str) -> str:
    """Without a plural's ending: the S stemmer (D. Harman, "How effective is suffixing?", JASIS 42(1), 1991).

    Weak on purpose: it merges "ferries" and "ferry" and hardly ever two words that mean different things, and it
    does little harm in languages that are not English.
    """
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    if word.endswith("s") and word[-2] not in "us":
        return word[:-1]
    return word
