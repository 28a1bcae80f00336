"""Times, counts and names in a reader's words. All functions are pure; times are UTC."""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from nutgraf.domain.records import ArticleState
from nutgraf.domain.reports import FaultKind
from nutgraf.outputs.wording import counted

TILE_TONES = 6
_KEPT = 2_000
"""Answers kept in memory where the same is asked for each card of a list."""
MAX_SLUG_CHARS = 60

RTL_LANGUAGES = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "khw", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
)
"""Languages whose usual script runs right to left (Unicode CLDR, `characterOrder`)."""

STEP_LABELS = {
    ArticleState.FOUND: "fetching the page",
    ArticleState.FETCHED: "finding the article in the page",
    ArticleState.EXTRACTED: "writing the brief",
    ArticleState.WRITTEN: "publishing",
}

STATE_LABELS = {
    ArticleState.FOUND: "Found, to be fetched",
    ArticleState.FETCHED: "Fetched, to be read",
    ArticleState.EXTRACTED: "Read, to be written of",
    ArticleState.WRITTEN: "Written, to be published",
    ArticleState.PUBLISHED: "Published",
    ArticleState.COPY: "Copies, shown with their originals",
    ArticleState.QUARANTINED: "Set aside",
    ArticleState.EXPIRED: "Let go after their time",
}
"""Where an article stands, in the order of its way."""

PARSE_PATH_LABELS = {
    "repaired": "not quite valid, mended",
    "recovered": "broken, what could be read was taken",
    "feedparser": "broken or unusual, read the slow way",
}
"""How a feed's last document was read, where that was not as it came."""

FAULT_LABELS = {
    FaultKind.WRONG_FACT: "A wrong fact",
    FaultKind.WRONG_NUMBER: "A wrong number",
    FaultKind.WRONG_NAME: "A wrong name",
    FaultKind.MISQUOTE: "A misquotation",
    FaultKind.MISLEADING: "Misleading as it is put",
    FaultKind.MISSING_CONTEXT: "Context is missing",
    FaultKind.OTHER: "Something else",
}

ERROR_WORDS = {
    "timeout": "The publisher's server took too long to answer.",
    "blocked": "Nutgraf may not fetch this address: it is private, or the site's robots.txt refuses it.",
    "too_large": "What the server sent is larger than Nutgraf takes.",
    "not_a_feed": "What is at this address is not a feed that can be read.",
    "no_article": "No article was found in the page.",
    "http_404": "There is nothing at this address any more.",
    "http_410": "The publisher has taken this down for good.",
    "http_429": "The publisher's server asks for fewer requests.",
}
"""Plain sentences for codes whose message the store does not have."""


def age(moment: datetime, now: datetime) -> str:
    """How long ago `moment` was, as in `57m ago`; a date after five weeks; `just now` for the near future."""
    seconds = (now - moment).total_seconds()
    if seconds < 60:
        return "just now" if seconds > -3600 else day(moment)
    length = _length(seconds)
    return f"{length} ago" if length else day(moment)


def size(count: int) -> str:
    """A number of bytes in its largest unit of a thousand, as in `12.3 MB`."""
    value = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if value < 1_000:
            return f"{value:,.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1_000
    return f"{value:,.1f} TB"


def span(seconds: float) -> str:
    """A length of time in words, as in `12 minutes`, `1 hour`, `2 days`."""
    for unit, unit_s in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= unit_s:
            return counted(round(seconds / unit_s), unit)
    return counted(round(seconds), "second")


def until(moment: datetime, now: datetime) -> str:
    """How long it is until `moment`, as in `in 12m`; `now` once it has come."""
    seconds = (moment - now).total_seconds()
    if seconds <= 0:
        return "now"
    length = _length(max(seconds, 60))
    return f"in {length}" if length else day(moment)


def _length(seconds: float) -> str:
    """A length of at least a minute in its largest unit, empty beyond five weeks."""
    span = timedelta(seconds=seconds)
    if span < timedelta(hours=1):
        return f"{int(seconds // 60)}m"
    if span < timedelta(days=1):
        return f"{int(seconds // 3600)}h"
    if span < timedelta(weeks=1):
        return f"{span.days}d"
    return f"{span.days // 7}w" if span < timedelta(weeks=5) else ""


def day(moment: datetime) -> str:
    """The date, as in `3 March 2026`."""
    return f"{moment.day} {moment:%B %Y}"


def long_day(day: date) -> str:
    """A date with its weekday, as in `Tuesday, 3 March 2026`."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """A date for a row of days, as in `Tue 3 Mar`."""
    return f"{day:%a} {day.day} {day:%b}"


def chart_day(when: date) -> str:
    """A date in a chart, as in `3 March`."""
    return f"{when.day} {when:%B}"


def exact_time(moment: datetime) -> str:
    """The moment in full, as in `3 March 2026, 14:05 UTC`."""
    return f"{day(moment)}, {moment:%H:%M} UTC"


def clock_time(moment: datetime, now: datetime) -> str:
    """The time of day, as in `14:05 UTC`, with the date before it where that is not today's."""
    time = f"{moment:%H:%M} UTC"
    return time if moment.date() == now.date() else f"{day(moment)}, {time}"


def as_sentence(text: str) -> str:
    """The text with a capital at its head and a full stop at its end, empty where it is."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


@functools.lru_cache(_KEPT)
def direction(language: str) -> str:
    """The `dir` attribute for a language tag; `auto` where the language is not known."""
    primary, *subtags = re.split(r"[-_]", language.lower())
    if not primary:
        return "auto"
    if {"arab", "hebr"} & set(subtags):
        return "rtl"
    return "rtl" if primary in RTL_LANGUAGES else "ltr"


@functools.lru_cache(_KEPT)
def language_tag(language: str) -> str:
    """A language tag fit for a `lang` attribute (BCP 47), empty where it is unknown or malformed."""
    tag = language.replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}", tag) else ""


@functools.lru_cache(_KEPT)
def tile_letter(name: str) -> str:
    """The letter that stands for a publisher without a logo."""
    words = name.split()
    if len(words) > 1 and words[0].casefold() in ("the", "die", "der", "das", "le", "la", "el", "il"):
        words = words[1:]
    return next((char.upper() for char in "".join(words) if char.isalnum()), "·")


def tile_tone(slug: str) -> int:
    """A number from 1 to TILE_TONES that stays with the publisher."""
    return zlib.crc32(slug.encode()) % TILE_TONES + 1


def url_slug(title: str) -> str:
    """The words of a title for an address, ASCII only; empty where the title has none."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))
    if len(slug) <= MAX_SLUG_CHARS:
        return slug
    return slug[:MAX_SLUG_CHARS].rpartition("-")[0] or slug[:MAX_SLUG_CHARS]


@functools.lru_cache(_KEPT)
def http_url(url: str) -> str:
    """The address where it is a well-formed http or https one, else empty: other schemes are never linked to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def host_of(url: str) -> str:
    """The host of an address without a leading `www.`, empty where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
