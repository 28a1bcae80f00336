"""What a reader typed into the search box, read into a `SearchQuery`.

words            all of them, in any order          ferry fares
"a phrase"       these words next to each other     "minimum wage"
-word            not this word or "phrase"          ferry -strike
begin*           words that begin so                electr*
publisher:name   of this publisher                  publisher:"harbour post"
topic:name       on this topic                      topic:diplomacy
after: before:   listed from, until before          after:2026-11-01 before:today after:7d
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from nutgraf.domain.search import Phrase, SearchQuery
from nutgraf.text.search_terms import search_terms
from nutgraf.text.words import fold_typography, without_accents

MAX_QUERY_CHARS = 300
MAX_PHRASES = 16
MIN_PREFIX_CHARS = 2

_PART = re.compile(r'(?P<not>-)?(?:(?P<field>[a-z]{2,12}):)?(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))', re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_AGO = re.compile(r"(\d{1,4})([dwmy])", re.ASCII)
_DAYS_OF = {"d": 1, "w": 7, "m": 30, "y": 365}


def parse_search(text: str, *, now: datetime) -> SearchQuery:
    """The search that `text` asks for; never raises. `now` (UTC) is what `today` and `7d` count from."""
    text = " ".join(text[:MAX_QUERY_CHARS].split())
    reader = _Reader(now)
    for match in _PART.finditer(fold_typography(text)):
        reader.take(match)
    return SearchQuery(
        text=text,
        wanted=tuple(reader.wanted),
        unwanted=tuple(reader.unwanted),
        publishers=tuple(reader.publishers),
        topics=tuple(reader.topics),
        after=reader.after,
        before=reader.before,
        problems=tuple(dict.fromkeys(reader.problems)),
    )


class _Reader:
    """Gathers a query's parts."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.wanted: list[Phrase] = []
        self.unwanted: list[Phrase] = []
        self.publishers: list[str] = []
        self.topics: list[str] = []
        self.after: datetime | None = None
        self.before: datetime | None = None
        self.problems: list[str] = []
        self._fields: dict[str, Callable[[str], None]] = {
            "publisher": lambda value: self._label(self.publishers, "publisher", value),
            "topic": lambda value: self._label(self.topics, "topic", value),
            "after": lambda value: self._day("after", value),
            "before": lambda value: self._day("before", value),
        }

    def take(self, match: re.Match[str]) -> None:
        """Take in one part."""
        field = (match["field"] or "").lower()
        value = match["quoted"] if match["quoted"] is not None else match["word"]
        if field in self._fields:
            if match["not"]:
                self.problems.append(f"“-{field}:” is not understood; leave out words with “-word”.")
            else:
                self._fields[field](value)
            return
        self._words(f"{field}:{value}" if field else value, is_unwanted=bool(match["not"]))

    def _words(self, value: str, *, is_unwanted: bool) -> None:
        terms = search_terms(value)
        if not terms:
            return
        if len(self.wanted) + len(self.unwanted) >= MAX_PHRASES:
            self.problems.append(f"Only the first {MAX_PHRASES} words and phrases count.")
            return
        is_prefix = value.endswith("*") and len(terms[-1]) >= MIN_PREFIX_CHARS
        (self.unwanted if is_unwanted else self.wanted).append(Phrase(tuple(terms), is_prefix))

    def _label(self, labels: list[str], field: str, value: str) -> None:
        slug = "-".join(re.findall(r"[a-z0-9]+", without_accents(value).lower().replace("'", "")))
        if not slug or len(labels) >= MAX_PHRASES:
            self.problems.append(f"“{field}:” needs a name, as in {field}:example.")
        else:
            labels.append(slug)

    def _day(self, field: str, value: str) -> None:
        moment = _moment(value.lower(), self.now)
        if moment is None:
            self.problems.append(
                f"“{field}:{value}” is not understood; write a day ({field}:2026-11-01), today, yesterday or 7d."
            )
        elif field == "after":
            self.after = moment
        else:
            self.before = moment


def _moment(value: str, now: datetime) -> datetime | None:
    """The start of a day, month or year, or of so many days ago; None where it is none of them."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if value == "today":
        return today
    if value == "yesterday":
        return today - timedelta(days=1)
    try:
        if match := _AGO.fullmatch(value):
            return today - timedelta(days=int(match[1]) * _DAYS_OF[match[2]])
        if match := _DAY.fullmatch(value):
            return datetime(int(match[1]), int(match[2] or 1), int(match[3] or 1), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return None
