"""Searches over briefs: what was asked for, in terms that every store understands, and what was found."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.ids import SearchId
from nutgraf.domain.records import BriefCard


class SearchOrder(enum.StrEnum):
    """How results are sorted."""

    BEST = "best"  # by how well they answer, newer ones first among equals
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that stand next to each other; `is_prefix` lets the last one go on (`ferr*`)."""

    terms: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a brief must have: all `wanted` phrases, none of `unwanted`; one of each list of labels where it is given.

    `publishers` are the first letters of publishers' slugs, `topics` whole slugs. `after` and `before` bound the time
    that a brief is listed at (UTC; `before` is exclusive). `problems` says in plain words what was not understood
    and therefore left out.
    """

    text: str
    wanted: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()
    publishers: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        has_words = self.wanted or self.unwanted or self.publishers or self.topics
        return not (has_words or self.after or self.before)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a snippet; `is_match` where the search's words are."""

    text: str
    is_match: bool = False


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A brief that was found, with its headline and its most telling sentence, the words asked for marked."""

    card: BriefCard
    headline: tuple[Piece, ...]
    snippet: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results. `next_cursor` leads to the next page, empty on the last.

    `count` is how many were looked at for this page's order; `is_more` says that there are older ones beyond them.
    """

    hits: tuple[SearchHit, ...]
    next_cursor: str = ""
    count: int = 0
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that a reader keeps."""

    id: SearchId
    text: str
    saved_at: datetime
