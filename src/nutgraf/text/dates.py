"""Dates, months, weekdays and relative days in English text, resolved against a day of publication.

Other languages' dates are compared as the numbers and words they are made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
_WEEKDAYS = {name: number for number, name in enumerate(_WEEKDAY_NAMES.split())}
_RELATIVE_DAYS = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = re.compile(
    rf"(?P<iso>\b{_YEAR}-\d\d-\d\d\b)"
    rf"|\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m1>{_MONTH})\b(?:,?\s+(?P<y1>{_YEAR})\b)?"
    rf"|\b(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d|[.,]\d{{1,2}}\b)(?:,?\s+(?P<y2>{_YEAR})\b)?"
    rf"|\b(?P<m3>{_MONTH}),?\s+(?P<y3>{_YEAR})\b"
    r"|\b(?P<m4>January|February|April|June|July|August|September|October|November|December"
    r"|(?<=in )(?:March|May)|(?<=since )(?:March|May)|(?<=by )(?:March|May)|(?<=last )(?:March|May)"
    r"|(?<=until )(?:March|May)|(?<=next )(?:March|May)|(?<=early )(?:March|May)|(?<=late )(?:March|May))\b"
    r"|\b(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)s?\b"
    r"|\b(?P<relative>today|tonight|yesterday|tomorrow)\b"
    r"|\b(?P<near>last|this|next)\s+(?P<span>year|month)\b"
    rf"|(?<![\d.,$£€-])\b(?P<year>{_YEAR})\b(?![.,]?\d|%|\s?(?:people|homes|jobs|km|miles|metres|tonnes))"
)  # fmt: skip
_RELATIVE_REACH_DAYS = 7


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date at `start`..`end` of a text; what it does not say, and cannot be worked out, is None.

    `weekday` is 0 for Monday. `is_relative` says that parts were worked out from the day of publication.
    """

    text: str
    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    is_relative: bool = False


def find_dates(text: str, published_on: date | None = None) -> list[DateMention]:
    """Every date of `text` in order; relative ones ("yesterday", "last year") by `published_on`, where it is known."""
    return [_mention(match, published_on) for match in _DATE.finditer(text)]


def date_agrees(claimed: DateMention, given: Iterable[DateMention], published_on: date | None = None) -> bool:
    """Whether something in `given` says each part of `claimed`; parts may come from one mention only.

    A weekday agrees with a date within a week of `published_on` that falls on it, and the other way round.
    """
    mentions = list(given)
    return any(_agrees(claimed, mention, published_on) for mention in mentions) or _is_publication(
        claimed, mentions, published_on
    )


def _mention(match: re.Match[str], published_on: date | None) -> DateMention:
    place = (match.group(), match.start(), match.end())
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
        return DateMention(*place, year, month, day)
    for number in ("1", "2"):
        if match["m" + number]:
            year_text = match["y" + number]
            return DateMention(
                *place, int(year_text) if year_text else None, _month(match["m" + number]), int(match["d" + number])
            )
    if match["m3"]:
        return DateMention(*place, int(match["y3"]), _month(match["m3"]))
    if match["m4"]:
        return DateMention(*place, month=_month(match["m4"]))
    if match["weekday"]:
        return DateMention(*place, weekday=_WEEKDAYS[match["weekday"].casefold()])
    if match["year"]:
        return DateMention(*place, int(match["year"]))
    return _relative(match, place, published_on)


def _relative(match: re.Match[str], place: tuple[str, int, int], published_on: date | None) -> DateMention:
    if published_on is None:
        return DateMention(*place, is_relative=True)
    if match["relative"]:
        day = published_on + timedelta(days=_RELATIVE_DAYS[match["relative"].casefold()])
        return DateMention(*place, day.year, day.month, day.day, day.weekday(), is_relative=True)
    shift = {"last": -1, "this": 0, "next": 1}[match["near"].casefold()]
    if match["span"] == "year":
        return DateMention(*place, published_on.year + shift, is_relative=True)
    months = published_on.year * 12 + published_on.month - 1 + shift
    return DateMention(*place, months // 12, months % 12 + 1, is_relative=True)


def _month(name: str) -> int:
    return _MONTHS[name.casefold().rstrip(".")]


def _agrees(claimed: DateMention, given: DateMention, published_on: date | None) -> bool:
    if claimed.text.casefold() == given.text.casefold():
        return True
    if claimed.weekday is not None and not claimed.is_relative:
        return claimed.weekday == given.weekday or claimed.weekday == _weekday_of(given, published_on)
    if given.weekday is not None and not given.is_relative:
        return given.weekday == _weekday_of(claimed, published_on)
    parts = ((claimed.year, given.year), (claimed.month, given.month), (claimed.day, given.day))
    if all(said is None for said, _ in parts):
        return False
    return all(
        said is None or said == told or (told is None and _is_implied(said, index, published_on))
        for index, (said, told) in enumerate(parts)
    ) and any(said is not None and said == told for said, told in parts)


def _is_implied(said: int, index: int, published_on: date | None) -> bool:
    """A year that the article leaves out is that of publication or a neighbour of it."""
    return index == 0 and published_on is not None and abs(said - published_on.year) <= 1


def _weekday_of(mention: DateMention, published_on: date | None) -> int | None:
    if published_on is None or mention.month is None or mention.day is None:
        return None
    try:
        day = date(mention.year or published_on.year, mention.month, mention.day)
    except ValueError:
        return None
    return day.weekday() if abs((day - published_on).days) <= _RELATIVE_REACH_DAYS else None


def _is_publication(claimed: DateMention, given: list[DateMention], published_on: date | None) -> bool:
    """The month or year of publication needs no mention where the article speaks of "today" or a weekday."""
    if published_on is None or (claimed.weekday is not None and not claimed.is_relative):
        return False
    is_same = (
        claimed.year in (None, published_on.year)
        and claimed.month in (None, published_on.month)
        and claimed.day is None
        and (claimed.year or claimed.month) is not None
    )
    return is_same and any(mention.weekday is not None or mention.is_relative for mention in given)
