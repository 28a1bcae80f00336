"""Dates: what is read, and when two mentions agree."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.text.dates import date_agrees, find_dates

PUBLISHED = date(2026, 3, 12)  # a Thursday


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("on 12 March 2024", (2024, 3, 12)),
        ("on March 12, 2024", (2024, 3, 12)),
        ("on the 3rd of May", (None, 5, 3)),
        ("in September 2021", (2021, 9, None)),
        ("in May", (None, 5, None)),
        ("in 1999", (1999, None, None)),
        ("2024-02-29", (2024, 2, 29)),
        ("last year", (2025, None, None)),
        ("next month", (2026, 4, None)),
        ("yesterday", (2026, 3, 11)),
    ],
)
def test_dates_are_read(text: str, parts: tuple[int | None, int | None, int | None]) -> None:
    mention = find_dates(f"It happened {text}.", PUBLISHED)[0]
    assert (mention.year, mention.month, mention.day) == parts


@pytest.mark.parametrize("text", ["She may leave.", "They march on.", "It cost $1999.", "about 1,950 people"])
def test_what_is_no_date(text: str) -> None:
    assert find_dates(text, PUBLISHED) == []


@pytest.mark.parametrize(
    ("claimed", "given", "agrees"),
    [
        ("on Friday", "on Friday", True),
        ("on Friday", "on Thursday", False),
        ("on 13 March", "on Friday", True),
        ("on Friday", "on 13 March", True),
        ("on 20 March", "on Friday", False),
        ("on Wednesday", "yesterday", True),
        ("on Thursday", "today", True),
        ("in 2025", "last year", True),
        ("in 2024", "last year", False),
        ("in March", "on 12 March 2024", True),
        ("on 12 March 2024", "in March 2024", False),
        ("in March 2026", "on Tuesday", True),
        ("in March 2024", "on Tuesday", False),
    ],
)
def test_agreement(claimed: str, given: str, agrees: bool) -> None:
    mention = find_dates(claimed, PUBLISHED)[0]
    assert date_agrees(mention, find_dates(given, PUBLISHED), PUBLISHED) is agrees


def test_without_a_day_of_publication_nothing_is_worked_out() -> None:
    mention = find_dates("yesterday")[0]
    assert (mention.year, mention.month, mention.day) == (None, None, None)
    assert not date_agrees(find_dates("on Wednesday")[0], [mention])


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for mention in find_dates(text, PUBLISHED):
        assert text[mention.start : mention.end] == mention.text
