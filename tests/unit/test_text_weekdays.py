"""Weekdays whose date is certain, and those left alone."""

from __future__ import annotations

from datetime import date

import pytest

from nutgraf.text.weekdays import resolve_weekdays

WEDNESDAY = date(2026, 11, 25)


def days(text: str) -> list[date]:
    return [found.day for found in resolve_weekdays(text, WEDNESDAY)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The council voted on Tuesday to close the bridge.", date(2026, 11, 24)),
        ("The council voted Wednesday to close the bridge.", date(2026, 11, 25)),
        ("Engineers found the cracks late Friday, the town said.", date(2026, 11, 20)),
        ("On Monday morning the ferry sank.", date(2026, 11, 23)),
        ("The council will vote on Friday.", date(2026, 11, 27)),
        ("The bridge will close Monday.", date(2026, 11, 30)),
    ],
)
def test_a_day_is_resolved_where_the_tense_says_its_side(text: str, day: date) -> None:
    assert days(text) == [day]


@pytest.mark.parametrize(
    "text",
    [
        "The council voted on Thursday.",  # six days ago, or tomorrow in another time zone
        "The council will vote on Tuesday.",  # six days on, or yesterday's news in another time zone
        "The council said it would vote on Friday.",
        "The council agreed to a vote scheduled for Monday.",
        "The council voted last Tuesday.",
        "The council voted next to the market every Monday.",
        "The ferry sailed on Mondays.",
        "The talks, which began on Monday, will go on until Friday.",
        "He said: “We met on Tuesday.”",
        "On Tuesday, 3 March, the bridge fell.",
        "Tuesday's vote ended the talks.",
        "A cold Tuesday in the harbour.",
        "She told the programme Sunday Morning Tides that she had won.",
        "The bridge is closed.",
    ],
)
def test_a_day_is_left_alone_where_anything_is_unsure(text: str) -> None:
    assert days(text) == []


def test_the_place_is_that_of_the_name_alone() -> None:
    text = "The council’s members voted on Tuesday."
    [found] = resolve_weekdays(text, WEDNESDAY)
    assert text[found.start : found.end] == "Tuesday"
