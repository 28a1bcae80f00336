"""Quantities: what is read, and when two of them say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.text.numbers import find_quantities, is_among, same_quantity


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("12,900 million dollars", 12.9e9, "usd"),
        ("$12.9bn", 12.9e9, "usd"),
        ("US$3 trillion", 3e12, "usd"),
        ("£4.5m", 4.5e6, "gbp"),
        ("3.5 per cent", 3.5, "%"),
        ("33%", 33.0, "%"),
        ("two-thirds", 200 / 3, "%"),
        ("half", 50.0, "%"),
        ("twenty-five", 25.0, ""),
        ("five hundred thousand", 5e5, ""),
        ("a hundred", 100.0, ""),
        ("21st", 21.0, "ordinal"),
        ("twenty-first", 21.0, "ordinal"),
        ("60 km", 60.0, "km"),
        ("a five-year", 5.0, "year"),
    ],
)
def test_english_quantities(text: str, value: float, unit: str) -> None:
    quantities = find_quantities(f"It was {text} then.")
    assert len(quantities) == 1
    assert quantities[0].value == pytest.approx(value)
    assert quantities[0].unit == unit


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.900 Menschen", 12_900.0), ("4,5 Millionen Euro", 4.5e6), ("1.234.567,8", 1_234_567.8), ("12 900", 12_900.0)],
)
def test_decimal_commas(text: str, value: float) -> None:
    assert find_quantities(text.replace("12 900", "12\u00a0900"), "de")[0].value == pytest.approx(value)


@pytest.mark.parametrize(
    ("claimed", "given", "same"),
    [
        ("$12.9bn", "12,900 million dollars", True),
        ("$13bn", "$12.9bn", True),
        ("$12bn", "$12.9bn", False),
        ("$12.9bn", "$13bn", False),
        ("33%", "a third", True),
        ("30%", "a third", False),
        ("40%", "a third", False),
        ("£5m", "$5m", False),
        ("5%", "5 people", False),
        ("more than 100 homes", "112 homes", True),
        ("more than 100 homes", "96 homes", False),
        ("nearly 50 boats", "48 boats", True),
        ("about 1,000 homes", "1,040 homes", True),
        ("12 people", "13 people", False),
        ("21st", "21 people", False),
        ("two percentage points", "2%", True),
    ],
)
def test_same_quantity(claimed: str, given: str, same: bool) -> None:
    assert same_quantity(find_quantities(claimed)[0], find_quantities(given)[0]) is same


def test_both_ends_of_a_range_are_read() -> None:
    assert [quantity.value for quantity in find_quantities("between 50 and 60 boats, or 70-80")] == [50, 60, 70, 80]


def test_offsets_point_at_the_words() -> None:
    text = "They spent “$12.9bn” on it, and five men left."
    assert [text[q.start : q.end] for q in find_quantities(text)] == ["$12.9bn", "five"]


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    quantities = find_quantities(text)
    assert all(text[quantity.start : quantity.end] == quantity.text for quantity in quantities)
    assert all(is_among(quantity, quantities) for quantity in quantities)
