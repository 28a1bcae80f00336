"""A name takes the place of "He" or "Her" only where the sentence before leaves no doubt."""

import pytest

from nutgraf.stages.extract.assemble import article_from_text
from nutgraf.stages.write.builtin.candidates import read_candidates
from nutgraf.stages.write.builtin.names import NameBook
from nutgraf.stages.write.builtin.references import resolve_openings
from nutgraf.text.lexicon import load_lexicon

ENGLISH = load_lexicon("en")


def second_sentence(text: str) -> tuple[str, tuple[int, ...]]:
    article = article_from_text(text, title="")
    candidates = read_candidates(article, ENGLISH)
    resolved = resolve_openings(candidates, article.text, NameBook(article.text, ENGLISH), ENGLISH)
    return resolved[1].text, resolved[1].rests_on


def test_puts_the_speaker_in_and_cites_the_sentence_that_names_her() -> None:
    text, rests_on = second_sentence("Irma Castell said the port was safe. She wants the bridge closed by the spring.")
    assert text == "Castell wants the bridge closed by the spring."
    assert rests_on == (0,)


@pytest.mark.parametrize(
    "text",
    [
        "Irma Castell said Bram Oster was wrong. She wants the bridge closed by the spring.",
        "Irma Castell said her brother was wrong. He wants the bridge closed by the spring.",
        "Irma Castell said her boat was safe. He wants the bridge closed by the spring.",
        "Reporters were told of it by Irma Castell. She wants the bridge closed by the spring.",
        "The port is in South Arbel, officials said. She wants the bridge closed by the spring.",
    ],
)
def test_leaves_what_is_in_doubt(text: str) -> None:
    sentence, rests_on = second_sentence(text)
    assert sentence.startswith(("She", "He"))
    assert rests_on == ()


def test_expands_no_place_or_office_as_a_name() -> None:
    book = NameBook(
        "Rebuilding Arbel will take years. Officials in Arbel said so. Minister Irma Castell said no.", ENGLISH
    )
    assert list(book.lone_surnames("Work in Arbel began.")) in ([], [(8, "Arbel", "")])
    assert list(book.lone_surnames("Castell left.")) == [(0, "Castell", "Irma Castell")]
