"""Dates as people read them, in the text near a headline: 22 November 2022, 22.11.2022, November 22, 2022."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_UPDATED = re.compile(
    r"updat|modifi|revis|aktualisiert|ge[äa]ndert|änderung|bearbeitet|mis à jour|actualizad|aggiornat|bijgewerkt"
    r"|uppdaterad|oppdatert|opdateret|zaktualizowan|atualizad",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"publi|posted|written|veröffentlicht|erschienen|erstellt|geschrieben|mitteilung|meldung|release|écrit|pubblicat|gepubliceerd"
    r"|publicerad|publisert|offentliggjort|opublikowan|\bdat(?:e|um)\b|\bstand\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_FIRST_YEAR = 1995
_LAST_YEAR = 2100
_DATELINE_WORDS = 8
_SENTENCE_WORDS = 3
_OPENING_CHARS = 80
_PLACE_WORDS = 4
_MAX_SEARCHED_CHARS = 300


def find_publication_date(lines: Sequence[str], openings: Sequence[str]) -> datetime | None:
    """The date that stands near a headline as that of publication, midnight UTC, or None.

    `lines` are short texts, likeliest first; a date in one counts where little else is said or the words before it say
    "published". `openings` are the first words of the text, where agencies and offices put their dateline.
    """
    for line in lines:
        position = 0
        for match in _matches(line):
            before = line[position : match.start()]
            position = match.end()
            if _PUBLISHED.search(before) or (not _UPDATED.search(before) and _is_dateline(line, match)):
                return _moment(match)
    for opening in openings:
        dateline = _first_match(opening[:_OPENING_CHARS])
        if dateline is not None and len(opening[: dateline.start()].split()) <= _PLACE_WORDS:
            return _moment(dateline)
    return None


def _is_dateline(line: str, match: re.Match[str]) -> bool:
    """Whether a line says little beside the date; a short sentence may be about any date."""
    rest = line[: match.start()] + line[match.end() : _MAX_SEARCHED_CHARS]
    return len(rest.split()) <= (_SENTENCE_WORDS if line.endswith(".") else _DATELINE_WORDS)


def find_date(text: str) -> datetime | None:
    """The first date in the first 300 characters of `text`, midnight UTC, or None.

    Dates with slashes and the year last are left alone: their order of day and month cannot be told.
    """
    match = _first_match(text)
    return _moment(match) if match is not None else None


def _first_match(text: str) -> re.Match[str] | None:
    return next(iter(_matches(text)), None)


def _matches(text: str) -> list[re.Match[str]]:
    text = text[:_MAX_SEARCHED_CHARS]
    if not _DIGIT.search(text):  # most lines; this is twenty times as fast as the search for a date
        return []
    return [match for match in _DATE.finditer(text) if _moment(match)]


def _moment(match: re.Match[str]) -> datetime | None:
    groups = {name[0]: value for name, value in match.groupdict().items() if value}
    month = groups["m"].lower()
    year = int(groups["y"])
    year += 2000 if year < 100 else 0
    try:
        moment = datetime(year, int(month) if month.isdigit() else _NUMBERS[month], int(groups["d"]), tzinfo=UTC)
    except ValueError:
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
