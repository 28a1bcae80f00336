"""Values of a feed's fields as Feed and Entry want them: plain titles, absolute addresses, resolved HTML."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urljoin

from nutgraf.domain.feed import Entry
from nutgraf.stages.parse.limits import (
    MAX_DATED_ENTRIES,
    MAX_ENTRIES,
    MAX_HTML_CHARS,
    MAX_ID_CHARS,
    MAX_NAME_CHARS,
    MAX_TITLE_CHARS,
)
from nutgraf.stages.parse.tree import Element
from nutgraf.text.addresses import absolute_url
from nutgraf.text.sanitise import html_to_text, unescape

Item = TypeVar("Item")

# Two patterns that begin with a literal, for speed: this looks at every character of every entry.
_MAY_BE_RELATIVE = (
    re.compile(r"""href\s*=\s*["'](?!\s*(?:https?:|["'#]))"""),
    re.compile(r"""src\s*=\s*["'](?!\s*(?:https?:|["'#]))"""),
)
_RELATIVE = re.compile(
    r"""(<[a-zA-Z][^<>]{0,2000}?\s(?:href|src)\s*=\s*)(["'])(?!\s*(?:[a-zA-Z][a-zA-Z0-9+.\-]*:|["'#]))([^"'<>]{0,2000})\2"""
)
_EMAIL_THEN_NAME = re.compile(r"^\s*(?:mailto:)?[^\s@()<>]+@[^\s@()<>]+\s*\((.+)\)\s*$")
_NAME_THEN_EMAIL = re.compile(r"^(.+?)\s*[(<\[]\s*(?:mailto:)?[^\s@()<>]+@[^\s@()<>]+\s*[)>\]]\s*$")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class FeedContext:
    """What the mappers need to know of the document: its address, and whether any element sets xml:base."""

    url: str
    has_xml_base: bool = False

    def base_of(self, element: Element) -> str:
        """The address that relative references in `element` start from."""
        if not self.has_xml_base:
            return self.url
        return absolute_url(element.base or "", self.url) or self.url


def plain_title(markup: str) -> str:
    """A title that may hold HTML, as plain text on one line."""
    text = html_to_text(markup) if "<" in markup or "&" in markup else " ".join(unescape(markup).split())
    return text[:MAX_TITLE_CHARS]


def literal_title(text: str) -> str:
    """A title that the publisher declares to be plain text, on one line."""
    return " ".join(text.split())[:MAX_TITLE_CHARS]


def person_name(text: str) -> str:
    """A person's name out of the forms `name`, `address (name)` and `name <address>`; no e-mail address is kept."""
    text = text[: MAX_NAME_CHARS * 4]
    if "&" in text or "</" in text:
        text = html_to_text(text)
    match = _EMAIL_THEN_NAME.match(text) or _NAME_THEN_EMAIL.match(text)
    name = " ".join((match.group(1) if match else text).split())
    return name[:MAX_NAME_CHARS]


def language_tag(text: str) -> str:
    """A language as in BCP 47 (`de-AT`), or empty."""
    tag = text.strip().replace("_", "-")[:35]
    return tag if _LANGUAGE.fullmatch(tag) else ""


def resolved_html(markup: str, base: str) -> str:
    """`markup` with relative references made absolute against `base`, otherwise as the publisher sent it."""
    markup = markup[:MAX_HTML_CHARS]
    if not base or not any(pattern.search(markup) for pattern in _MAY_BE_RELATIVE):
        return markup

    def resolve(match: re.Match[str]) -> str:
        before, quote, reference = match.groups()
        try:
            return f"{before}{quote}{urljoin(base, reference.strip())}{quote}"
        except ValueError:
            return match.group()

    return _RELATIVE.sub(resolve, markup)


def entry_id(stated: str, url: str, title: str, date: datetime | None, *content: str) -> str:
    """The entry's own id, else its address, else a hash; never empty.

    The hash is of title and date where there is a title, so that a corrected text stays the same entry.
    """
    identity = stated.strip() or url
    if identity and len(identity) <= MAX_ID_CHARS:
        return identity
    parts = (identity,) if identity else (title, date.isoformat() if date else "") if title else content
    return f"sha256:{hashlib.sha256(chr(0x1F).join(parts).encode('utf-8', 'replace')).hexdigest()}"


def newest(items: Sequence[Item], date_of: Callable[[Item], datetime | None]) -> tuple[Sequence[Item], int]:
    """At most MAX_ENTRIES of `items`, the newest by date, in their order, and how many were left out.

    An item without a date counts as old as the one before it: publishers put the newest first.
    """
    excess = len(items) - MAX_ENTRIES
    if excess <= 0:
        return items, 0
    dates = _filled_dates([date_of(item) for item in items[:MAX_DATED_ENTRIES]])
    taken = sorted(range(len(dates)), key=lambda index: dates[index], reverse=True)[:MAX_ENTRIES]
    return [items[index] for index in sorted(taken)], excess


def newest_first(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """`entries` with the newest first; those without a date stay behind the one they follow."""
    dates = _filled_dates([entry.published_at or entry.updated_at for entry in entries])
    order = sorted(range(len(entries)), key=lambda index: dates[index], reverse=True)
    return tuple(entries[index] for index in order)


def _filled_dates(dates: Sequence[datetime | None]) -> list[datetime]:
    last = next((date for date in dates if date is not None), datetime.min.replace(tzinfo=UTC))
    filled = []
    for date in dates:
        last = date if date is not None else last
        filled.append(last)
    return filled
