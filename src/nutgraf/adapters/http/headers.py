"""Reading the few response headers that matter, from servers that may send anything in them (RFC 9110, 9111)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from nutgraf.domain.document import Purpose

RETRY_AFTER_MIN_S = 60.0
RETRY_AFTER_MAX_S = 24 * 3600.0
MAX_AGE_LIMIT_S = 365 * 24 * 3600
MAX_VALIDATOR_CHARS = 1_024

ACCEPT = {
    Purpose.FEED: (
        "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
        "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
    ),
    Purpose.ARTICLE: "text/html, application/xhtml+xml, application/xml;q=0.5, */*;q=0.1",
    Purpose.HUB: "*/*",
    Purpose.IMAGE: "image/webp, image/png, image/jpeg, image/gif, image/*;q=0.3, */*;q=0.1",
}
_MAX_AGE = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?(\d{1,12})', re.ASCII | re.IGNORECASE)
_RAW_BYTE = re.compile(r"[\udc80-\udcff]")
_VISIBLE = re.compile(r"[\x20-\x7e]*")


def retry_after_s(value: str | None, *, now: datetime) -> float | None:
    """Seconds that Retry-After asks for, held between one minute and one day; None where it says nothing readable."""
    if not value:
        return None
    value = value.strip()
    if re.fullmatch(r"\d{1,12}", value, re.ASCII):
        seconds = float(value)
    else:
        moment = _http_date(value)
        if moment is None:
            return None
        seconds = (moment - now).total_seconds()
    return min(max(seconds, RETRY_AFTER_MIN_S), RETRY_AFTER_MAX_S)


def max_age_s(cache_control: str | None, *, expires: str | None = None, date: str | None = None) -> int | None:
    """Seconds for which the answer may be reused, at most a year; None where the server says nothing.

    Cache-Control decides where it is there; else Expires counted from Date (RFC 9111, section 5.3), two times of
    the server's own clock, whatever ours says. An Expires that is no date means at once.
    """
    if cache_control:
        match = _MAX_AGE.search(cache_control)
        return min(int(match[1]), MAX_AGE_LIMIT_S) if match else None
    if not expires:
        return None
    ends_at, sent_at = _http_date(expires), _http_date(date or "")
    if ends_at is None:
        return 0
    if sent_at is None:
        return None
    return min(max(int((ends_at - sent_at).total_seconds()), 0), MAX_AGE_LIMIT_S)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def validator(value: str | None) -> str:
    """An ETag or Last-Modified fit to be stored and sent back unchanged, else an empty string."""
    value = value or ""
    return value if len(value) <= MAX_VALIDATOR_CHARS and _VISIBLE.fullmatch(value) else ""


def escape_raw_bytes(value: str) -> str:
    """An address from a header, its bytes that are not UTF-8 (surrogates, as aiohttp gives them) percent-encoded."""
    return _RAW_BYTE.sub(lambda match: f"%{ord(match[0]) - 0xDC00:02X}", value)
