"""Titles from inside a sentence keep who says so, and never come from a condition, a denial or a contested claim."""

import pytest

from nutgraf.stages.write.builtin.clauses import tag_tokens, tokenize
from nutgraf.stages.write.builtin.glued import is_glued
from nutgraf.stages.write.builtin.insights import repeats_opening
from nutgraf.stages.write.builtin.titles import find_titles
from nutgraf.text.lexicon import load_lexicon

ENGLISH = load_lexicon("en")


def titles_of(sentence: str) -> list[str]:
    return [title.text for title in find_titles(sentence, tag_tokens(tokenize(sentence), ENGLISH), ENGLISH, {})]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Irma Castell said repairs would cost 31 million crowns, three times the yearly budget for roads.",
            "Repairs would cost 31 million crowns, Castell said",
        ),
        (
            "The port, founded in 1911 by two brothers, handles 40 ships in the summer months.",
            "The port handles 40 ships",
        ),
        (
            "The town sold its boats to Harbour Works, which owns 12 plants in the north, and from a rival.",
            "Harbour Works owns 12 plants in the north",
        ),
        (
            "At least two sailors were rescued by fishermen near the mole after the storm broke.",
            "At least two sailors were rescued by fishermen",
        ),
        (
            "The Harbour Board said on Tuesday it will close the northern dock for repairs in the spring.",
            "The Harbour Board will close the northern dock",
        ),
    ],
)
def test_finds_clauses_with_their_speaker(sentence: str, expected: str) -> None:
    assert expected in titles_of(sentence)


@pytest.mark.parametrize(
    ("sentence", "forbidden"),
    [
        ("Castell claimed the port handles 40 ships a week in the summer months.", "handles 40 ships"),
        ("The port will sell 12 boats to the town if the levy is doubled again this year.", "will sell"),
        ("Castell did not say that the port handles 40 ships a week in the summer.", "handles 40 ships"),
        ("The statue would be hard for the town to bring back from the sea bed.", "would be hard"),
        ("Engineers found cracks; those cracks have grown since the spring of last year.", "Those cracks"),
    ],
)
def test_takes_no_condition_denial_or_contested_claim(sentence: str, forbidden: str) -> None:
    assert not [title for title in titles_of(sentence) if forbidden in title and "Castell" not in title]


def test_knows_a_title_that_repeats_its_explanation() -> None:
    assert repeats_opening("The port handles 40 ships", "A port handles 40 ships a week.")
    assert not repeats_opening("Repairs would cost 31 million", "Castell said repairs would cost 31 million.")


def test_knows_glued_link_text() -> None:
    assert is_glued("announcedthat", ENGLISH)
    assert is_glued("theCoast", ENGLISH)
    assert not any(is_glued(word, ENGLISH) for word in ("announced", "McNulty", "certain", "YouTube", "season"))
