"""Titles are whole clauses or noun phrases of the sentence, and a cut never changes what it says."""

import pytest

from nutgraf.stages.write.builtin.clauses import tag_tokens, tokenize
from nutgraf.stages.write.builtin.titles import best_title
from nutgraf.text.lexicon import load_lexicon

ENGLISH = load_lexicon("en")


def title_of(sentence: str) -> str | None:
    title = best_title(sentence, tag_tokens(tokenize(sentence), ENGLISH), ENGLISH, {})
    return title.text if title else None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Port council approved its share last month by 19 votes to 14.", "Port council approved its share last month"),
        (
            "The ministry said it would publish the report after the election in June.",
            "The ministry said it would publish the report",
        ),
        (
            "Mount Arbel last erupted in 1974, when 19 people were killed by a mudflow.",
            "Mount Arbel last erupted in 1974",
        ),
        (
            "“The harbour was never meant for cars,” said Ada Quill, who runs the pilots’ office.",
            "“The harbour was never meant for cars”",
        ),
        (
            "When the pumps started, the water reached the first street in ten minutes.",
            "The water reached the first street in ten minutes",
        ),
    ],
)
def test_takes_a_clause_that_is_complete(sentence: str, expected: str) -> None:
    assert title_of(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "forbidden"),
    [
        ("Maresk is the only province where the tax is still paid in grain.", "Maresk is the only province"),
        (
            "The city has not closed a library since the floods of 1998 emptied its coffers.",
            "The city has not closed a library",
        ),
        (
            "The firm will leave the harbour if the levy on its ships is doubled again.",
            "The firm will leave the harbour",
        ),
        (
            "The bridge was unsafe for years, the inspector of works told the inquiry.",
            "The bridge was unsafe for years",
        ),
        ("Nurses put the patients at the centre of the new plan for the wards.", "Nurses put the patients"),
    ],
)
def test_never_cuts_away_what_limits_or_attributes(sentence: str, forbidden: str) -> None:
    assert title_of(sentence) != forbidden


def test_has_no_title_for_a_language_it_does_not_know() -> None:
    unknown = load_lexicon("xx")
    sentence = "Rada miasta przyjęła budżet na przyszły rok."
    assert best_title(sentence, tag_tokens(tokenize(sentence), unknown), unknown, {}) is None
