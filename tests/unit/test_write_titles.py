"""Titles are whole clauses or noun phrases of the sentence, and a cut never changes what it says."""

import pytest

from nutgraf.stages.write.builtin.clauses import tag_tokens, tokenize
from nutgraf.stages.write.builtin.titles import best_title, find_titles
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
    ("sentence", "expected"),
    [
        (
            "About 30 ferry passengers have been injured by falling ice this winter, one of them badly.",
            "About 30 ferry passengers injured by falling ice",
        ),
        (
            "The council unanimously approved the plan for a new bridge across the northern harbour on Monday.",
            "The council approved the plan for a new bridge",
        ),
        (
            "Harbour Minister Ada Quill opened the rebuilt northern mole for fishing boats on Tuesday.",
            "Ada Quill opened rebuilt northern mole for fishing boats",
        ),
    ],
)
def test_gives_a_long_clause_the_form_of_a_headline(sentence: str, expected: str) -> None:
    tokens = tag_tokens(tokenize(sentence), ENGLISH)
    titles = find_titles(sentence, tokens, ENGLISH, {token.low: 0.5 for token in tokens})
    assert expected in [title.text for title in titles], titles


@pytest.mark.parametrize(
    "sentence",
    [
        "The minister released a video to clarify when an abortion is legal under the province's strict ban.",
        "A suspected gang member dressed as Lent police officers abducted the editor from his apartment.",
        "As many as 20 pilots use the northern channel at some point in the winter.",
    ],
)
def test_takes_no_clause_that_the_sentence_does_not_state(sentence: str) -> None:
    found = find_titles(sentence, tag_tokens(tokenize(sentence), ENGLISH), ENGLISH, {})
    for wrong in ("an abortion is legal", "Lent police officers abducted", "20 pilots use"):
        assert not [title.text for title in found if title.text.lower().startswith(wrong.lower())]


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


@pytest.mark.parametrize(
    ("sentence", "never"),
    [
        ("The new council took aim at the harbour rules in its first week.", "New council took aim"),
        ("Ada Quill will still be sworn in on Monday, whatever the court says.", "Ada Quill will still be sworn"),
        ("Patients who walked saw sugar spikes after a meal reduced by almost half.", "saw sugar spikes"),
        ("The protests have since morphed into a strike of the whole northern fleet.", "have since morphed"),
        (
            "The firm paid a fine over false claims that it had rigged the 2020 vote in Quill's favour.",
            "vote in Quill's favour",
        ),
        ("The mayor was introduced by party leader and candidate Ada Quill in the old hall.", "by party leader"),
        ("Oster is now studying for a Ph.D. in the history of the lighthouses of Skerric.", "for a Ph"),
        ("The routine took an extra 41 minutes of the nurses' time for each patient at night.", "took an extra"),
        ("The perfect boiled egg has a velvety yolk paired with a soft, solid white.", "with soft"),
    ],
)
def test_cuts_no_title_where_a_word_wants_more(sentence: str, never: str) -> None:
    found = find_titles(sentence, tag_tokens(tokenize(sentence), ENGLISH), ENGLISH, {})
    assert not [title.text for title in found if title.text.lower().endswith(never.lower()) or never == title.text]
