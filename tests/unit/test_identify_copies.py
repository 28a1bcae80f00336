"""Copies of an article: what shares a fingerprint, and what counts as a copy."""

from __future__ import annotations

import dataclasses
import random
from datetime import UTC, datetime

import pytest

from nutgraf.domain.article import Article
from nutgraf.domain.ids import ArticleId, RevisionId
from nutgraf.domain.records import RevisionRecord
from nutgraf.stages.identify import CopyDecision, decide_copies, fingerprint, resemblance

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)

PARAGRAPHS = [
    "The ferry company said on Monday that it would resume crossings between the two islands after a storm had kept "
    "its ships in harbour for nine days, the longest break in service since the line opened in 1961.",
    "Hundreds of residents had relied on fishing boats for medicine and mail. The mayor, who made the crossing himself "
    "in an open boat, called the delay a failure of planning and not of the weather.",
    "Two of the three ships need new ramps, and the yard on the mainland expects to finish the second one by the end "
    "of the month. Until then the company will run a shortened timetable with four crossings a day.",
    "Fares will not change this year, the company said, although fuel costs have risen by a fifth. A review of the "
    "pier, which was built for smaller vessels, is due before the council in autumn.",
]
INDEPENDENT = (
    "Ships are sailing to the islands again. After more than a week of gales, four departures a day were announced by "
    "the operator, which blamed damaged ramps for the wait. Islanders, among them the mayor, had used small boats "
    "to fetch mail and medicine, and he was scathing about how badly the firm had prepared. Ticket prices stay as they "
    "are despite dearer fuel. In autumn, councillors will look at whether the old pier can take ships of "
    "this size at all."
)


def text_of(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs)


def article(text: str, hour: int = 12) -> Article:
    return Article(
        url="", canonical_url="", title="", publisher="", byline="", published_at=NOON.replace(hour=hour),
        language="en", lead_image_url="", text=text, text_hash="", sentences=(),
    )  # fmt: skip


def record(article_id: int, text: str, hour: int = 9) -> RevisionRecord:
    return RevisionRecord(RevisionId(1), ArticleId(article_id), 1, NOON, article(text, hour))


ORIGINAL = text_of(PARAGRAPHS)
COPIES = {
    "trimmed first": text_of(PARAGRAPHS[1:]),
    "trimmed last": text_of(PARAGRAPHS[:-1]),
    "trimmed middle": text_of([*PARAGRAPHS[:2], PARAGRAPHS[3]]),
    "credit added": text_of([*PARAGRAPHS, "Reporting by the Example Agency; editing by the desk of this newspaper."]),
    "quotation marks": ORIGINAL.replace("'", "’").upper(),
    "reordered": text_of([PARAGRAPHS[2], PARAGRAPHS[0], PARAGRAPHS[1], PARAGRAPHS[3]]),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_is_found_and_decided(copy: str) -> None:
    assert set(fingerprint(copy)) & set(fingerprint(ORIGINAL))
    assert decide_copies(article(copy), [record(7, ORIGINAL)]).original == ArticleId(7)


def test_an_independent_article_on_the_event_is_no_copy() -> None:
    assert resemblance(INDEPENDENT, ORIGINAL) < 0.1
    assert decide_copies(article(INDEPENDENT), [record(7, ORIGINAL)]) == CopyDecision()


def test_a_flash_is_no_copy_of_the_long_story_that_takes_it_up() -> None:
    rng = random.Random(1)
    rest = " ".join(f"word{rng.randrange(10_000)}" for _ in range(600))
    flash = " ".join(text_of(PARAGRAPHS[:2]).split())
    assert decide_copies(article(flash), [record(7, f"{flash} {rest}")]) == CopyDecision()


def test_one_publishers_articles_on_one_template_are_no_copies() -> None:
    template = ORIGINAL.replace("ferry", "railway").replace("islands", "valleys").replace("nine", "four")
    assert 0.6 < resemblance(ORIGINAL, template) < 0.95
    own, other = (dataclasses.replace(article(template), publisher=name) for name in ("Holm Post", "Skarv Post"))
    known = record(7, ORIGINAL)
    known = dataclasses.replace(known, article=dataclasses.replace(known.article, publisher="HOLM POST"))
    assert decide_copies(own, [known]) == CopyDecision()
    assert decide_copies(other, [known]).original == ArticleId(7)
    assert decide_copies(dataclasses.replace(own, text=ORIGINAL), [known]).original == ArticleId(7)


def test_short_texts_are_never_copies() -> None:
    plea = "Subscribe to go on reading this article. It costs little and helps us much."
    assert decide_copies(article(plea), [record(7, plea)]) == CopyDecision()


def test_the_first_published_of_several_is_the_original() -> None:
    candidates = [record(3, INDEPENDENT, 7), record(5, ORIGINAL, 10), record(4, ORIGINAL, 9)]
    assert decide_copies(article(ORIGINAL, 11), candidates) == CopyDecision(original=ArticleId(4))


def test_an_original_that_comes_in_late_takes_its_copies() -> None:
    candidates = [record(5, ORIGINAL, 10), record(3, INDEPENDENT, 7), record(4, ORIGINAL, 9)]
    assert decide_copies(article(ORIGINAL, 8), candidates) == CopyDecision(copies=(ArticleId(5), ArticleId(4)))


def test_an_article_without_a_time_is_not_the_original() -> None:
    timeless = dataclasses.replace(article(ORIGINAL), published_at=None)
    assert decide_copies(timeless, [record(5, ORIGINAL, 23)]).original == ArticleId(5)


def test_a_fingerprint_is_16_signed_64_bit_numbers() -> None:
    for text in (ORIGINAL, "one", ""):
        keys = fingerprint(text)
        assert len(set(keys)) == 16
        assert all(-(2**63) <= key < 2**63 for key in keys)


def test_a_fingerprint_is_the_same_on_every_machine() -> None:
    """Band keys are stored: another value for the same text would part copies that were found together before."""
    assert fingerprint("The quick brown fox jumps over the lazy dog")[:2] == STORED_KEYS


STORED_KEYS = (-5806873032377363713, 497375872635434866)


def test_resemblance_is_symmetric_and_bounded() -> None:
    assert resemblance(ORIGINAL, ORIGINAL) == 1.0
    assert resemblance(ORIGINAL, INDEPENDENT) == resemblance(INDEPENDENT, ORIGINAL)
    assert resemblance("", ORIGINAL) == 0.0
