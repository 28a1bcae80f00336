"""Date tokens such as `{weekday:-1}`, put into words relative to the day on which an article is published."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_TOKEN = re.compile(r"\{(weekday|date|month|year|longdate):([+-]?\d{1,5})\}")
_BRACE = re.compile(r"[{}]")

_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "de": (
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
}


def check_tokens(text: str) -> None:
    """Raises ValueError where `text` holds a brace that is no date token."""
    rest = _TOKEN.sub("", text)
    if stray := _BRACE.search(rest):
        raise ValueError(f"not a date token: {rest[max(0, stray.start() - 20) : stray.end() + 20]!r}")


def render_tokens(text: str, published_on: date, language: str) -> str:
    """`text` with every token in words; offsets count days from `published_on`."""

    def in_words(match: re.Match[str]) -> str:
        return _in_words(match[1], published_on + timedelta(days=int(match[2])), language)

    return _TOKEN.sub(in_words, text)


def format_moment(moment: datetime, language: str, at: str) -> str:
    """`moment` as a newspaper prints it, e.g. `3 January 2027, 14:05 UTC`; `at` stands between day and time."""
    return f"{_in_words('longdate', moment.date(), language)}{at} {moment:%H:%M} UTC"


def _in_words(kind: str, day: date, language: str) -> str:
    month = _MONTHS[language][day.month - 1]
    day_and_month = f"{day.day}. {month}" if language == "de" else f"{day.day} {month}"
    return {
        "weekday": _WEEKDAYS[language][day.weekday()],
        "date": day_and_month,
        "month": month,
        "year": str(day.year),
        "longdate": f"{day_and_month} {day.year}",
    }[kind]
