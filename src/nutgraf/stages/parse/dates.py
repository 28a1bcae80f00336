"""Dates as feeds write them: RFC 822/2822, ISO 8601 and W3C-DTF, asctime, and what people type, in many languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_MAX_CHARS = 80
_FIRST_YEAR = 1970
"""What is older is a date that software left unset: year 1, year 1900."""

# Beginnings of month names after case folding, by language; longer ones first where one begins another.
_MONTHS_BY_LANGUAGE = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jän feb mär apr mai jun jul aug sep okt nov dez",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "ene feb mar abr may jun jul ago sep oct nov dic",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "jan feb mar apr maj jun jul aug sep okt nov dec",
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "січ лют бер кві тра чер лип сер вер жов лис гру",
    "led úno bře dub kvě črv čvc srp zář říj lis pro",
    "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
    "január február március április május június július augusztus szeptember október november december",
)


def _month_table() -> dict[str, int]:
    table: dict[str, int] = {}
    for names in _MONTHS_BY_LANGUAGE:
        for number, name in enumerate(names.split(), start=1):
            table.setdefault(name[:4], number)
            table.setdefault(name[:3], number)
    table |= {"juin": 6, "juil": 7, "ιουν": 6, "ιουλ": 7, "μάι": 5, "μαϊ": 5}
    table |= {"haziran": 6, "червня": 6, "липня": 7, "липца": 7}
    return table


_MONTHS = _month_table()

# Hours from UTC. RFC 822 section 5.1, and abbreviations seen in feeds where one meaning prevails.
_ZONES_H = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "ist": 5.5, "cet": 1, "cest": 2, "mez": 1,
    "mesz": 2, "met": 1, "mest": 2, "eet": 2, "eest": 3, "msk": 3, "msd": 4, "est": -5, "edt": -4, "et": -5,
    "cst": -6, "cdt": -5, "ct": -6, "mst": -7, "mdt": -6, "mt": -7, "pst": -8, "pdt": -7, "pt": -8, "akst": -9,
    "akdt": -8, "hst": -10, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "brt": -3, "art": -3, "jst": 9, "kst": 9,
    "hkt": 8, "sgt": 8, "pht": 8, "wib": 7, "ict": 7, "aest": 10, "aedt": 11, "acst": 9.5, "acdt": 10.5, "awst": 8,
    "nzst": 12, "nzdt": 13, "sast": 2, "cat": 2, "eat": 3, "wat": 1, "pkt": 5,
}  # fmt: skip

_CLOCK = r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_HALF = r"(?:\s*(?P<half>[ap])\.?m\b\.?)?"
_ZONE = r"(?:\s*(?P<zone>[+-]\s?\d{1,2}:?\d{2}|[+-]\d{1,2}\b|\(?[a-z]{1,5}\)?(?:[+-]\d{1,2}(?::?\d{2})?)?))?"

# The two forms that nearly all feeds use, without the freedom that makes the patterns below slow.
_COMMON_RFC822 = re.compile(
    r"(?:[A-Za-z]{3}, )?([0-9]{1,2}) ([A-Za-z]{3}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) "
    r"(?:GMT|UTC|Z|([+-])([0-9]{2})([0-9]{2}))"
)
_COMMON_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?"
    r"(?:Z|([+-])([0-9]{2}):?([0-9]{2}))"
)

_RFC822 = re.compile(
    r"(?:[A-Za-z]{3}, )?([0-9]{1,2}) ([A-Za-z]{3}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) "
    r"(?:GMT|UTC|Z|([+-])([0-9]{2})([0-9]{2}))"
)
_COMMON_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?(?:Z|([+-])([0-9]{2}):?([0-9]{2}))"
)

_RFC822 = re.compile(
    rf"(?:[^\W\d]+\.?,?\s*)?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º)?[\s\-/]*(?:de\s+)?(?P<month>[^\W\d]{{3,12}})\.?,?"
    rf"[\s\-/]*(?:de\s+)?(?P<year>\d{{4}}|\d{{2}})(?:[\s,\-T]*(?:at|um|à|a las)?\s*{_CLOCK}{_HALF}{_ZONE})?",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>\d{1,2})(?:-?(?P<day>\d{1,2}))?)?"
    rf"(?:[\sT]+{_CLOCK}{_HALF}{_ZONE}|T(?P<hour2>\d{{2}})(?P<minute2>\d{{2}})(?P<second2>\d{{2}})?(?P<zone2>Z|[+-]\d{{4}})?)?",
    re.IGNORECASE,
)
_UNIX_TIME = re.compile(r"([0-9]{9,10})(?:[0-9]{3})?(?:\.[0-9]+)?")
_WEEKDAY_BEFORE_YEAR = re.compile(r"^[^\W\d]{2,12}\.?,?\s+(?=[0-9]{4}[-/])")
_ORDINAL = re.compile(r"(?P<year>\d{4})-?(?P<ordinal>\d{3})")
_WEEK = re.compile(r"(?P<year>\d{4})-?W(?P<week>\d{2})(?:-?(?P<weekday>\d))?", re.IGNORECASE)
_MONTH_FIRST = re.compile(
    rf"(?:[^\W\d]+\.?,?\s+)?(?P<month>[^\W\d]{{3,12}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
    rf"(?:(?P<year>\d{{4}})(?:[\s,\-T]*(?:at)?\s*{_CLOCK}{_HALF}{_ZONE})?"
    r"|(?P<hour3>\d{1,2}):(?P<minute3>\d{2})(?::(?P<second3>\d{2}))?(?:\s+(?P<zone3>[a-z]{1,5}|[+-]\d{4}))?"
    r"\s+(?P<year3>\d{4}))",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<mark>[/.])(?P<second_>\d{{1,2}})[/.](?P<year>\d{{4}})(?:[\s,T]+{_CLOCK}{_HALF}{_ZONE})?",
    re.IGNORECASE,
)
_EAST_ASIAN = re.compile(r"(\d{4})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]")


def parse_date(text: str) -> datetime | None:
    """The moment that `text` names, in UTC, or None. A date without a zone is taken as UTC, without a time as 00:00.

    Nothing is clamped: what lies in the future comes back as it was written. A date before 1970 is None.
    """
    text = text.strip()[:_MAX_CHARS]
    try:
        moment = _moment_of(text)
    except (ValueError, OverflowError):  # 31 February, hour 25, year 0
        return None
    return moment if moment is not None and moment.year >= _FIRST_YEAR else None


def _moment_of(text: str) -> datetime | None:
    common = _COMMON_RFC822.fullmatch(text) or _COMMON_ISO.fullmatch(text)
    if common is not None:
        return _from_common(*common.groups())
    seconds = _UNIX_TIME.fullmatch(text)
    if seconds is not None:
        return datetime.fromtimestamp(int(seconds.group(1)), UTC)
    text = _WEEKDAY_BEFORE_YEAR.sub("", text)
    return _from_iso(text) if text[:4].isdecimal() else _from_names(text)


def _from_common(
    first: str, month: str, last: str, hour: str, minute: str, second: str, sign: str | None, hours: str, minutes: str
) -> datetime | None:
    year, day = (first, last) if len(first) == 4 else (last, first)
    number = int(month) if month.isdecimal() else _month_number(month)
    if number == 0:
        return None
    seconds = min(int(second), 59)  # leap seconds
    moment = datetime(int(year), number, int(day), int(hour) % 24, int(minute), seconds, tzinfo=UTC)
    if hour == "24":
        moment += timedelta(days=1)
    elif int(hour) > 24:
        return None
    if sign is None:
        return moment
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return moment - offset if sign == "+" else moment + offset


def _from_iso(text: str) -> datetime | None:
    asian = _EAST_ASIAN.match(text)
    if asian:
        text = "{}-{:0>2}-{:0>2}{}".format(*asian.groups(), text[asian.end() :])
    week = _WEEK.match(text)
    if week:
        day = datetime.fromisocalendar(int(week["year"]), int(week["week"]), int(week["weekday"] or 1))
        return day.replace(tzinfo=UTC)
    ordinal = _ORDINAL.fullmatch(text)
    if ordinal:
        return datetime(int(ordinal["year"]), 1, 1, tzinfo=UTC) + timedelta(days=int(ordinal["ordinal"]) - 1)
    match = _ISO.match(text.replace("/", "-", 2) if text[4:5] == "/" else text)
    if match is None:
        return None
    return _moment(match, int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))


def _from_names(text: str) -> datetime | None:
    match = _RFC822.match(text) or _MONTH_FIRST.match(text)
    if match is not None:
        month = _month_number(match["month"])
        if month == 0:
            return None
        groups = match.groupdict()
        year = groups["year"] or groups.get("year3") or ""
        return _moment(match, _full_year(year), month, int(match["day"]))
    match = _SLASHED.match(text)
    if match is None:
        return None
    first, second = int(match["first"]), int(match["second_"])
    is_month_first = second > 12 or (match["mark"] == "/" and first <= 12)
    month, day = (first, second) if is_month_first else (second, first)
    return _moment(match, int(match["year"]), month, day)


def _month_number(name: str) -> int:
    name = name.casefold()
    return _MONTHS.get(name) or _MONTHS.get(name[:4]) or _MONTHS.get(name[:3]) or 0


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= 70 else 2000)


def _moment(match: re.Match[str], year: int, month: int, day: int) -> datetime:
    groups = match.groupdict()

    def part(name: str) -> str:
        return groups.get(name) or groups.get(f"{name}2") or groups.get(f"{name}3") or ""

    hour, minute, second = int(part("hour") or 0), int(part("minute") or 0), int(part("second") or 0)
    half = groups.get("half")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    is_end_of_day = hour == 24 and minute == second == 0
    moment = datetime(year, month, day, 0 if is_end_of_day else hour, minute, min(second, 59), tzinfo=UTC)
    return moment + timedelta(days=is_end_of_day) - _offset(part("zone"))


def _offset(zone: str) -> timedelta:
    """What to subtract from local time; nothing for a zone that is not known."""
    zone = zone.strip("() ").lower()
    if not zone:
        return timedelta()
    name = zone.rstrip("+-0123456789:")
    digits = re.sub(r"\D", "", zone)
    if name in ("", "gmt", "utc") and digits:
        hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        if hours > 15 or minutes > 59:
            return timedelta()
        sign = -1 if "-" in zone else 1
        return sign * timedelta(hours=hours, minutes=minutes)
    return timedelta(hours=_ZONES_H.get(name, 0))
