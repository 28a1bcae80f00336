"""Dates as people read them, in the text near a headline: 22 November 2022, 22.11.2022, November 22, 2022."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# Months by their first letters in the languages of most news; what two languages share means the same month.
_MONTHS = {
    1: "january januar jänner jan janvier enero gennaio januari janeiro stycznia styczeń января",
    2: "february februar feb feber fev février febrero febbraio februari fevereiro lutego luty февраля",
    3: "march märz mar mär mrz mars marzo maart março marca marzec марта",
    4: "april apr avril avr abril abr aprile kwietnia kwiecień апреля",
    5: "may mai mayo maggio mag mei maj maio maja мая",
    6: "june juni jun juin junio giugno giu junho czerwca czerwiec июня",
    7: "july juli jul juillet juil julio luglio lug julho lipca lipiec июля",
    8: "august aug août aout agosto ago augustus augusti sierpnia sierpień августа",
    9: "september sept sep septembre septiembre settembre set setembro września wrzesień сентября",
    10: "october oktober okt oct octobre octubre ottobre ott outubro out października październik октября",
    11: "november nov novembre noviembre novembro listopada listopad ноября",
    12: "december dezember dez dec décembre déc diciembre dic dicembre desember dezembro grudnia grudzień декабря",
}
_NUMBERS = {name: number for number, names in _MONTHS.items() for name in names.split()}
_NAMES = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True))
_DATE = re.compile(
    rf"(?<!\d)(?:(?P<y1>\d{{4}})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})"
    rf"|(?P<d2>\d{{1,2}})\.\s?(?P<m2>\d{{1,2}})\.\s?(?P<y2>(?:19|20)?\d{{2}})"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s?(?:de\s|of\s)?-?(?P<m3>{_NAMES})\.?,?\s?(?:del?\s)?-?(?P<y3>\d{{4}})"
    rf"|(?P<m4>{_NAMES})\.?\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y4>\d{{4}})"
    rf"|(?P<y5>\d{{4}})\s?年\s?(?P<m5>\d{{1,2}})\s?月\s?(?P<d5>\d{{1,2}})\s?日)(?!\d)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\D{0,12}?\b([01]?\d|2[0-3]):([0-5]\d)\b")
_FIRST_YEAR = 1995
_MAX_SEARCHED_CHARS = 300


def find_date(text: str, *, latest_year: int = 2100) -> datetime | None:
    """The first date in the first 300 characters of `text`, midnight UTC, or None.

    Dates with slashes and the year last are left alone: their order of day and month cannot be told.
    """
    for match in _DATE.finditer(text[:_MAX_SEARCHED_CHARS]):
        groups = {name[0]: value for name, value in match.groupdict().items() if value}
        month = groups["m"].lower()
        year = int(groups["y"])
        year += 2000 if year < 100 else 0
        try:
            moment = datetime(year, int(month) if month.isdigit() else _NUMBERS[month], int(groups["d"]), tzinfo=UTC)
        except ValueError:
            continue
        if _FIRST_YEAR <= moment.year <= latest_year:
            return moment
    return None
