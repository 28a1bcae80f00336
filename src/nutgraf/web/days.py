"""A sentence in pieces, its weekdays with the date they certainly mean: as meta data, the words stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nutgraf.domain.article import Article
from nutgraf.text.weekdays import resolve_weekdays


@dataclass(frozen=True, slots=True)
class DayPiece:
    """A stretch of a sentence; `day` where it names a day."""

    text: str
    day: date | None = None


def publication_day(article: Article) -> date | None:
    """The day (UTC) that the article speaks from; None where it is unknown or the text was changed on another."""
    if article.published_at is None:
        return None
    day = article.published_at.date()
    return day if article.updated_at is None or article.updated_at.date() == day else None


def day_pieces(text: str, *, published_on: date | None, language: str) -> tuple[DayPiece, ...]:
    """The pieces of `text`, which joined give it; one without a day where nothing is certain."""
    if published_on is None or not language.lower().startswith("en"):
        return (DayPiece(text),)
    pieces: list[DayPiece] = []
    done = 0
    for found in resolve_weekdays(text, published_on):
        pieces += [DayPiece(text[done : found.start]), DayPiece(text[found.start : found.end], found.day)]
        done = found.end
    return (*pieces, DayPiece(text[done:]))
