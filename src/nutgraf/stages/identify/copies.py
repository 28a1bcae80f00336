"""Near-verbatim copies of an article: MinHash (Broder, 1997) with banding to find them, true resemblance to decide."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nutgraf.domain.article import Article
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import RevisionRecord
from nutgraf.text.words import words

SHINGLE_WORDS = 5
PERMUTATIONS = 48
BANDS = 16

COPY_RESEMBLANCE = 0.6
"""From here on a text is a copy; docs/decisions/0004-feed-parsing.md has the measurement."""

REPEAT_RESEMBLANCE = 0.95
"""From here on two texts of one publisher are the same article at two addresses."""

MIN_COPY_WORDS = 60
"""Shorter texts are alike too easily: pleas to subscribe, notes that an article has moved."""

MAX_WORDS = 20_000

Hashes = NDArray[np.uint64]

_ODD_MULTIPLIER = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio (Knuth, TAOCP 6.4)


def fingerprint(text: str) -> tuple[int, ...]:
    """16 band keys of `text` as signed 64-bit integers: near copies share at least one, on every machine alike.

    With 3 minima in a band, texts of Jaccard similarity .6 share a key with probability .98, of .1 with .016.
    """
    shingles = _shingles(text)
    multipliers, offsets = _permutations()
    minima = (multipliers[:, None] * shingles[None, :] + offsets[:, None]).min(axis=1)
    rows = minima.reshape(BANDS, PERMUTATIONS // BANDS)
    keys = np.arange(1, BANDS + 1, dtype=np.uint64)
    for column in rows.T:
        keys = _mixed(keys * np.uint64(_ODD_MULTIPLIER) + column)
    return tuple(int(key) for key in keys.view(np.int64))


def resemblance(a: str, b: str) -> float:
    """How much of the shorter text stands word for word in the longer one, 0..1.

    It is the containment (Broder, 1997) of shingles of 5 words, less where the shorter text has under half of the
    longer one's shingles, in proportion: a flash is not a copy of the long story that takes it up.
    """
    first, second = np.unique(_shingles(a)), np.unique(_shingles(b))
    shared = np.intersect1d(first, second, assume_unique=True).size
    shorter, longer = sorted((first.size, second.size))
    return float(shared / shorter * min(1.0, 2 * shorter / longer))


@dataclass(frozen=True, slots=True)
class CopyDecision:
    """Whose copy an article is, if anybody's, and which known articles are copies of it."""

    original: ArticleId | None = None
    copies: tuple[ArticleId, ...] = ()


def decide_copies(article: Article, candidates: Sequence[RevisionRecord]) -> CopyDecision:
    """Which of the near-verbatim texts among `candidates` and `article` is the original: the one published first.

    So it does not depend on which was fetched first. An article without a time is no earlier than any that has one;
    texts of fewer than 60 words are never copies.
    """
    if article.word_count < MIN_COPY_WORDS:
        return CopyDecision()
    alike = [candidate for candidate in candidates if _is_copy(article, candidate.article)]
    if not alike:
        return CopyDecision()
    first = min(alike, key=lambda candidate: _precedence(candidate.article))
    if _precedence(article) < _precedence(first.article):
        return CopyDecision(copies=tuple(candidate.article_id for candidate in alike))
    return CopyDecision(original=first.article_id)


def _is_copy(article: Article, other: Article) -> bool:
    """A publisher's own articles may share a template (results, earthquakes): between them only a repeat is a copy."""
    if other.word_count < MIN_COPY_WORDS:
        return False
    is_same_house = bool(article.publisher) and article.publisher.casefold() == other.publisher.casefold()
    return resemblance(article.text, other.text) >= (REPEAT_RESEMBLANCE if is_same_house else COPY_RESEMBLANCE)


def _precedence(article: Article) -> tuple[datetime, str]:
    return article.published_at or datetime.max.replace(tzinfo=UTC), article.url


def _shingles(text: str) -> Hashes:
    """Hashes of every run of 5 words; of the whole text where it is shorter. Never empty."""
    listed = words(text)[:MAX_WORDS]
    seen: dict[str, int] = {}
    for word in listed:
        if word not in seen:
            seen[word] = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big")
    hashes = np.array([seen[word] for word in listed] or [0], dtype=np.uint64)
    size = min(SHINGLE_WORDS, hashes.size)
    combined = np.zeros(hashes.size - size + 1, dtype=np.uint64)
    for index in range(size):
        combined = combined * np.uint64(_ODD_MULTIPLIER) + hashes[index : index + combined.size]
    return _mixed(combined)


def _mixed(values: Hashes) -> Hashes:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@lru_cache(maxsize=1)
def _permutations() -> tuple[Hashes, Hashes]:
    """Odd multipliers and offsets of the hash functions, the same everywhere."""
    numbers = _mixed(np.arange(1, 2 * PERMUTATIONS + 1, dtype=np.uint64) * np.uint64(_ODD_MULTIPLIER))
    return numbers[:PERMUTATIONS] | np.uint64(1), numbers[PERMUTATIONS:]
