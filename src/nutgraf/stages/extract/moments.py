"""Moments as pages write them: ISO 8601 in its many spellings, RFC 5322, seconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T\s,]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)
_FIRST_YEAR = 1990  # of news on the web; what is older is a default value such as 1970 or 0001
_LAST_YEAR = 2100


def parse_moment(text: str) -> datetime | None:
    """The moment that `text` says, with its own zone (UTC where it has none), or None."""
    text = text.strip()[:60]
    if not text:
        return None
    try:
        moment = _parse(text)
    except (ValueError, OverflowError, TypeError):
        return None
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse(text: str) -> datetime | None:
    if text.isdigit() and len(text) in (10, 13):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    match = _ISO.match(text)
    if match:
        year, month, day, hour, minute, second, zone = match.groups()
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
        if zone and zone[0] in "+-":
            return datetime.fromisoformat(f"{moment.isoformat()}{zone[:3]}:{zone[-2:] if len(zone) > 3 else '00'}")
        return moment
    if re.match(r"(?:[A-Z][a-z]{2},\s*)?\d{1,2}\s+[A-Z][a-z]{2}\s+\d{4}\b", text):
        return parsedate_to_datetime(text)
    return None
