"""Quantities in running text, normalised so that 12,900 million, $12.9bn and "12.9 billion dollars" compare equal.

Numerals are read in the decimal convention of the text's language; number words, fractions and ordinals in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from nutgraf.text.words import fold_typography

_COMMA_LANGUAGES = "de fr es it pt nl da sv nb no fi pl cs sk ru uk tr id ro hu bg el hr sl sr ca gl"
_COMMA_DECIMAL = frozenset(_COMMA_LANGUAGES.split())

_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "tausend": 1e3, "mille": 1e3, "mil": 1e3, "million": 1e6,
    "millions": 1e6, "m": 1e6, "mn": 1e6, "mln": 1e6, "mio": 1e6, "millionen": 1e6, "millones": 1e6, "milioni": 1e6,
    "milhões": 1e6, "miljoen": 1e6, "billion": 1e9, "billions": 1e9, "bn": 1e9, "b": 1e9, "mrd": 1e9,
    "milliarde": 1e9, "milliarden": 1e9, "milliard": 1e9, "milliards": 1e9, "miliardi": 1e9, "miljard": 1e9,
    "trillion": 1e12, "trillions": 1e12, "tn": 1e12, "trn": 1e12, "dozen": 12.0,
}  # fmt: skip
_PERCENT = frozenset(("%", "percent", "per cent", "pct", "prozent", "pour cent", "por ciento", "por cento", "procent"))
_POINTS = frozenset(("percentage point", "percentage points", "points"))
_CURRENCIES = {
    "$": "usd", "us$": "usd", "dollar": "usd", "dollars": "usd", "usd": "usd", "a$": "aud", "aud": "aud", "c$": "cad",
    "cad": "cad", "£": "gbp", "pound": "gbp", "pounds": "gbp", "gbp": "gbp", "sterling": "gbp", "€": "eur",
    "euro": "eur", "euros": "eur", "eur": "eur", "¥": "jpy", "yen": "jpy", "jpy": "jpy", "₹": "inr", "rupee": "inr",
    "rupees": "inr", "yuan": "cny", "rmb": "cny", "franc": "chf", "francs": "chf", "chf": "chf", "mark": "mark",
    "marks": "mark", "crown": "crown", "crowns": "crown", "rouble": "rub", "roubles": "rub", "rubles": "rub",
}  # fmt: skip
_MEASURES = {
    "km": "km", "kilometre": "km", "kilometres": "km", "kilometer": "km", "kilometers": "km", "mile": "mile",
    "miles": "mile", "metre": "m", "metres": "m", "meter": "m", "meters": "m", "cm": "cm", "centimetres": "cm",
    "mm": "mm", "ft": "ft", "foot": "ft", "feet": "ft", "inch": "inch", "inches": "inch", "kg": "kg",
    "kilogram": "kg", "kilograms": "kg", "kilos": "kg", "lb": "lb", "lbs": "lb", "tonne": "t", "tonnes": "t",
    "ton": "t", "tons": "t", "hectare": "ha", "hectares": "ha", "acre": "acre", "acres": "acre", "litre": "l",
    "litres": "l", "liters": "l", "gallons": "gal", "mph": "mph", "km/h": "kmh", "kph": "kmh", "°c": "degc",
    "°f": "degf", "second": "s", "seconds": "s", "minute": "min", "minutes": "min", "hour": "h", "hours": "h",
    "day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month",
    "year": "year", "years": "year", "decade": "decade", "decades": "decade", "mw": "mw", "gw": "gw",
}  # fmt: skip
_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_SMALL = {word: float(value) for value, word in enumerate(_SMALL_WORDS.split())}
_TENS = {word: 10.0 * value for value, word in enumerate(_TENS_WORDS.split(), start=2)}
_ORDINALS = {word: float(value) for value, word in enumerate(_ORDINAL_WORDS.split(), start=1)}
NUMBER_WORDS = frozenset((*_SMALL, *_TENS, *_ORDINALS, "hundred", "thousand", "million", "billion", "dozen", "half"))
_FRACTIONS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "tenth": 10}

# These expressions read text in lower case: without the flag for it they are several times as fast.
_SCALE_PATTERN = "|".join(sorted((re.escape(s) for s in _SCALES if len(s) > 1), key=len, reverse=True))
_UNIT_PATTERN = "|".join(
    sorted((re.escape(u) for u in {*_PERCENT, *_POINTS, *_CURRENCIES, *_MEASURES}), key=len, reverse=True)
)
_TAIL = rf"(?:[\s-]?(?P<scale>(?:{_SCALE_PATTERN})\b\.?|[kmb]\b))?(?:[\s-]?(?P<unit>%|(?:{_UNIT_PATTERN})(?!\w)))?"
_NUMERAL = re.compile(
    r"(?P<prefix>(?:us|a|c)?\$|[£€¥₹]|\b(?:eur|usd|gbp|chf|rs)\s)?\s?"
    r"(?<![\w.])(?P<digits>\d{1,3}(?:[,.'\u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?)"
    r"(?P<ordinal>st|nd|rd|th)?(?P<plural>s)?" + _TAIL
)
_WORDS = "|".join([*_TENS, *sorted(_SMALL, key=len, reverse=True)])
_WORD_NUMBER = re.compile(
    rf"\b(?P<words>(?:a(?=\s(?:hundred|thousand|million|billion|trillion|dozen)\b)|{_WORDS})(?:(?:\s?-\s?|\s)(?:and\s)?(?:{_WORDS}|hundred)\b)*){_TAIL}\b"
)
_FRACTION = re.compile(
    rf"\b(?P<over>a|an|one|two|three|four|five|six|seven)[\s-](?P<under>{'|'.join(_FRACTIONS)})s?\b(?!\w)|\b(?P<half>half|quarter|thirds)\b"
)
_ORDINAL_WORD = re.compile(rf"\b(?:(?P<tens>{'|'.join(_TENS)})[\s-])?(?P<ordinal>{'|'.join(_ORDINALS)})\b")
_RANGE = re.compile(r"\s?(?:-|–|to|and|or)\s?[$£€¥]?")
_SCALE_WORD = re.compile(rf"(?:{_SCALE_PATTERN})\b|\d[kmb]\b")
_ORDINAL_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_NEARBY_CHARS = 24
_FRACTION_TOLERANCE_POINTS = 2.0  # 32% or 35% may be told as a third
_ABOUT = re.compile(r"\b(?:about|around|roughly|some|approximately|almost|nearly|circa|up to|as many as)\s+\S{0,3}$")
_OVER = re.compile(r"\b(?:more than|over|at least|exceeding|above|upwards of|well over)\s+\S{0,3}$")
_UNDER = re.compile(r"\b(?:less than|fewer than|under|below|almost|nearly|close to|just short of)\s+\S{0,3}$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity at `start`..`end` of a text.

    `unit` is a currency, measure, "%", "ordinal" or "" (a bare count); `step` is the value of one unit in the last
    digit that was written, so that 12.9bn has a step of 0.1bn. `bound` is "", "about", "over" or "under".
    `is_word` says that it was spelled out.
    """

    text: str
    start: int
    end: int
    value: float
    unit: str
    step: float
    bound: str = ""
    is_word: bool = False


def find_quantities(text: str, language: str = "en") -> list[Quantity]:
    """Every quantity of `text` in order, numerals in the convention of `language` (ISO 639-1)."""
    folded = _in_lower_case(fold_typography(text))
    found: list[Quantity] = []
    if any(character.isdigit() for character in folded):
        found.extend(_numerals(folded, text, language))
    if language in ("", "en"):
        taken = [(quantity.start, quantity.end) for quantity in found]
        for reader in (_fractions, _ordinal_words, _number_words):
            for quantity in reader(folded, text):
                if not any(quantity.start < end and start < quantity.end for start, end in taken):
                    found.append(quantity)
                    taken.append((quantity.start, quantity.end))
    return _with_range_units(sorted(found, key=lambda quantity: quantity.start), folded)


def _in_lower_case(text: str) -> str:
    """`text` in lower case, of the same length: a few letters that would become two stay as they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


def _with_range_units(found: list[Quantity], folded: str) -> list[Quantity]:
    """The first number of a range takes the unit and scale of the second: 4-7%, between 5 and 6 million."""
    for at, (low, high) in enumerate(pairwise(found)):
        is_bare = not low.unit and low.text.strip()[-1:].isalnum() and low.value < high.value
        if is_bare and high.unit != "ordinal" and _RANGE.fullmatch(folded, low.end, high.start):
            scale = next(
                (s for s in (1e12, 1e9, 1e6, 1e3) if high.step >= s / 1e3 and high.value >= s > low.value), 1.0
            )
            scale = scale if _SCALE_WORD.search(high.text.lower()) and low.value * scale < high.value else 1.0
            found[at] = replace(low, value=low.value * scale, unit=high.unit, step=low.step * scale)
    return found


def same_quantity(claimed: Quantity, given: Quantity) -> bool:
    """Whether `claimed` is a fair way to write `given`: the same value and unit, or a rounding of it.

    Rounding may drop digits (12.9bn → 13bn) but not whole people: counts below 100 must be equal. A bound ("more
    than 100") holds where the given value is on its side and within half of it; "more than 100" is not "under 100".
    """
    if not _same_unit(claimed, given) or {claimed.bound, given.bound} == {"over", "under"}:
        return False
    difference = abs(claimed.value - given.value)
    if difference <= 1e-6 * max(1.0, abs(given.value)):
        return True
    if claimed.unit == "ordinal" or given.unit == "ordinal":
        return False
    if claimed.unit == "%" and (claimed.is_word or given.is_word):
        return difference <= _FRACTION_TOLERANCE_POINTS
    if claimed.bound == "over" and claimed.value < given.value <= 1.5 * claimed.value:
        return True
    if claimed.bound == "under" and 0.7 * claimed.value <= given.value < claimed.value:
        return True
    if claimed.bound == "about" and difference <= 0.1 * abs(given.value):
        return True
    is_whole_count = not claimed.unit and abs(given.value) < 100 and given.value == int(given.value)
    return not is_whole_count and claimed.step > given.step and difference <= 0.5001 * claimed.step


def is_among(claimed: Quantity, given: Iterable[Quantity]) -> bool:
    """Whether any of `given` says what `claimed` says."""
    return any(same_quantity(claimed, quantity) for quantity in given)


def _same_unit(claimed: Quantity, given: Quantity) -> bool:
    if claimed.unit == given.unit or not claimed.unit or not given.unit:
        # A bare number and one with a unit may be the same; a percentage or an ordinal is never a bare count.
        return claimed.unit == given.unit or not {"%", "ordinal"} & {claimed.unit, given.unit}
    return {claimed.unit, given.unit} == {"%", "point"}


def _numerals(folded: str, text: str, language: str) -> Iterable[Quantity]:
    for match in _NUMERAL.finditer(folded):
        digits = match["digits"]
        value, decimals = _read_digits(digits, comma_is_decimal=language in _COMMA_DECIMAL)
        scale = _SCALES.get((match["scale"] or "").casefold().rstrip("."), 1.0)
        step = scale * 10.0**-decimals
        if not decimals:
            step *= 10.0 ** (len(digits) - len(digits.rstrip("0"))) if len(digits) > 2 else 1.0
        is_ordinal = _is_ordinal(value, match["ordinal"])
        if not match["unit"] and not is_ordinal and folded[match.end() : match.end() + 1].isalpha():
            continue  # 4Q, 3D: a mark, not a quantity
        unit = "ordinal" if is_ordinal else _unit(match["prefix"], match["unit"])
        start = match.start("prefix") if match["prefix"] else match.start("digits")
        end = match.end()
        yield Quantity(text[start:end], start, end, value * scale, unit, step, _bound(folded, start))


def _is_ordinal(value: float, ending: str | None) -> bool:
    """Whether `ending` makes an ordinal of `value`: 1st, 11th, 21st, but not 15st, which is a weight."""
    if not ending:
        return False
    last = 0 if 10 < value % 100 < 20 else int(value % 10)
    return ending.casefold() == _ORDINAL_ENDINGS.get(last, "th")


def _read_digits(digits: str, *, comma_is_decimal: bool) -> tuple[float, int]:
    """Value and number of decimals; a group of three after a separator of thousands is not a fraction."""
    decimal, thousands = (",", ".") if comma_is_decimal else (".", ",")
    plain = digits.replace("'", "").replace("\u00a0", "").replace("\u202f", "")
    if plain.count(decimal) == 1 and (thousands not in plain or plain.rindex(thousands) < plain.index(decimal)):
        whole, fraction = plain.replace(thousands, "").split(decimal)
        return float(f"{whole}.{fraction}"), len(fraction)
    groups = re.split(r"[.,]", plain)
    if len(groups) > 1 and all(len(group) == 3 for group in groups[1:]):
        return float("".join(groups)), 0
    if len(groups) == 2:
        return float(f"{groups[0]}.{groups[1]}"), len(groups[1])
    return float("".join(groups)), 0


def _fractions(folded: str, text: str) -> Iterable[Quantity]:
    for match in _FRACTION.finditer(folded):
        if match["half"]:
            if match["half"].casefold() != "half":
                continue
            percent = 50.0
        else:
            over = _SMALL.get(match["over"].casefold(), 1.0)
            percent = 100.0 * over / _FRACTIONS[match["under"].casefold()]
        yield Quantity(
            text[match.start() : match.end()], match.start(), match.end(), percent, "%", 4.0, "about", is_word=True
        )


def _ordinal_words(folded: str, text: str) -> Iterable[Quantity]:
    for match in _ORDINAL_WORD.finditer(folded):
        value = _ORDINALS[match["ordinal"].casefold()] + _TENS.get((match["tens"] or "").casefold(), 0)
        yield Quantity(
            text[match.start() : match.end()], match.start(), match.end(), value, "ordinal", 1.0, is_word=True
        )


def _number_words(folded: str, text: str) -> Iterable[Quantity]:
    for match in _WORD_NUMBER.finditer(folded):
        spelled = re.split(r"[\s-]+", match["words"].casefold())
        scale = (match["scale"] or "").casefold()
        if spelled == ["a"] and scale not in ("hundred", "thousand", "million", "billion", "trillion", "dozen"):
            continue
        value = _read_words(spelled) * _SCALES.get(scale, 1.0)
        start, end = match.start(), match.end()
        yield Quantity(
            text[start:end],
            start,
            end,
            value,
            _unit(None, match["unit"]),
            _SCALES.get(scale, 1.0),
            _bound(folded, start),
            is_word=True,
        )


def _read_words(spelled: Sequence[str]) -> float:
    total = 0.0
    for word in spelled:
        if word == "hundred":
            total = max(total, 1.0) * 100
        elif word == "a":
            total += 1.0
        elif word != "and":
            total += _SMALL.get(word, 0.0) or _TENS.get(word, 0.0)
    return total


def _unit(prefix: str | None, unit: str | None) -> str:
    if prefix:
        return _CURRENCIES.get(prefix.strip().casefold(), prefix.strip().casefold())
    name = (unit or "").casefold()
    if name in _PERCENT:
        return "%"
    if name in _POINTS:
        return "point"
    return _CURRENCIES.get(name) or _MEASURES.get(name, "")


def _bound(folded: str, start: int) -> str:
    before = folded[max(0, start - _NEARBY_CHARS) : start]
    if _OVER.search(before):
        return "over"
    if _UNDER.search(before):
        return "under"
    return "about" if _ABOUT.search(before) else ""
