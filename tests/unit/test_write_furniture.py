"""Captions, credits, appeals, labels and datelines are told from the story."""

import pytest

from nutgraf.domain.article import ParagraphKind
from nutgraf.stages.extract.assemble import Metadata, article_from_text, assemble_article
from nutgraf.stages.write.builtin.furniture import skip_opening, story_paragraphs
from nutgraf.stages.write.builtin.names import NameBook
from nutgraf.text.lexicon import load_lexicon

ENGLISH = load_lexicon("en")
PROSE = "The harbour council voted on Monday to close the old bridge."


@pytest.mark.parametrize(
    "furniture",
    [
        "The bridge at dusk. Ana Roe/Getty Imageshide caption",
        "Sign up for the harbour newsletter here.",
        "By Ana Roe, harbour correspondent",
        "Photo by Ana Roe for the Coast Wire.",
        "HOST: And what did the council say?",
        "***",
        "A heading without a full stop",
    ],
)
def test_leaves_out_furniture(furniture: str) -> None:
    article = article_from_text(f"{furniture}\n\n{PROSE}", title="")
    kept = [article.text[p.start : p.end] for p in story_paragraphs(article, ENGLISH)]
    assert kept == [PROSE]


@pytest.mark.parametrize(
    "story",
    [
        "LENHAM, Valmora (AP) — Three ferries left the harbour on Monday before the storm.",
        "Support for the bridge has grown since the council first spoke of closing it.",
        "The paper lost 3,000 subscribers after its owner refused to endorse a mayor.",
        "The court ordered the printer to stop its advertisements for the cookie factory.",
        "Workers must listen to the mayor's speeches, according to a copyright lawyer.",
        "The ministry set three dates. The first of them is this, it said:",
    ],
)
def test_keeps_news_that_shares_words_with_furniture(story: str) -> None:
    article = article_from_text(f"{story}\n\n{PROSE}", title="")
    kept = [article.text[p.start : p.end] for p in story_paragraphs(article, ENGLISH)]
    assert kept == [story, PROSE]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("LENHAM, Valmora (AP) — Three ferries left at noon.", "Three ferries left at noon."),
        ("LENHAM, Skerric Strip, and PORT ARBEL, Valmora — Three ferries left at noon.", "Three ferries left at noon."),
        ("KESH, Free Republic of Otar — Little is known of it here.", "Little is known of it here."),
    ],
)
def test_skips_datelines_of_several_words(text: str, rest: str) -> None:
    assert text[skip_opening(text) :] == rest


def test_leaves_out_headings_lists_and_repeated_labels() -> None:
    blocks = [
        (ParagraphKind.HEADING, "Why it matters."),
        (ParagraphKind.BODY, PROSE),
        (ParagraphKind.LIST_ITEM, "Open from nine to five."),
        (ParagraphKind.NOTE, "Correction: The bridge is forty years old, not fourteen."),
        (ParagraphKind.BODY, "Roe: I was there when it opened."),
        (ParagraphKind.BODY, "Roe: And I was there when it closed."),
    ]
    article = assemble_article(blocks, Metadata(url=""))
    assert len(story_paragraphs(article, ENGLISH)) == 1


@pytest.mark.parametrize(
    ("paragraph", "rest"),
    [
        ("PORT ARBEL, Oct 3 (Coast Wire) — The council voted on Monday.", "The council voted on Monday."),
        ("(CNN)The council voted on Monday to close it.", "The council voted on Monday to close it."),
        ("10:32 a.m. The council voted on Monday to close it.", "The council voted on Monday to close it."),
        ("The council — and the port — voted on Monday.", "The council — and the port — voted on Monday."),
    ],
)
def test_skips_datelines(paragraph: str, rest: str) -> None:
    assert paragraph[skip_opening(paragraph) :] == rest


def test_name_book_knows_who_a_surname_is() -> None:
    book = NameBook(
        "President Irma Castell met Bram Oster. Later Castell and Lea Oster spoke to the Harbour Union.", ENGLISH
    )
    assert book.full_names("Castell") == ["Irma Castell"]
    assert book.full_names("Oster") == ["Bram Oster", "Lea Oster"]
    assert list(book.lone_surnames("Castell left.")) == [(0, "Castell", "Irma Castell")]
    assert list(book.lone_surnames("Oster left.")) == [(0, "Oster", "")]
    assert list(book.lone_surnames("Irma Castell left the Union.")) == []
