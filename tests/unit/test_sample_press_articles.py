"""The sample press's articles: enough of them, of all subjects, well formed, every date token in words."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from nutgraf.sample_press.dates import check_tokens, render_tokens
from nutgraf.sample_press.library import Block, Manuscript, load_manuscripts, load_publishers, parse_body
from nutgraf.sample_press.stories import section_slug, stories_at

EDITION = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
LATER = EDITION + timedelta(days=1)


@pytest.fixture(scope="module")
def manuscripts() -> list[Manuscript]:
    return load_manuscripts(load_publishers())


def words_of(manuscript: Manuscript) -> int:
    return sum(len(line.split()) for block in manuscript.wording.blocks for line in block.lines)


def test_enough_articles_of_every_subject_and_format(manuscripts: list[Manuscript]) -> None:
    by_publisher = Counter(m.publisher.slug for m in manuscripts)
    assert len(manuscripts) >= 24
    assert len(by_publisher) >= 4
    assert {m.publisher.feed_format for m in manuscripts} == {"rss", "rss_full", "rdf", "atom", "json"}
    subjects = {subject for m in manuscripts for subject in m.topics}
    assert subjects == {"world-affairs", "economy", "science", "sport", "culture", "law"}


def test_lengths_vary_from_flash_to_long_read(manuscripts: list[Manuscript]) -> None:
    lengths = [words_of(m) for m in manuscripts]
    assert min(lengths) < 150
    assert max(lengths) > 700
    assert all(60 <= length <= 1_000 for length in lengths)


def test_every_article_has_what_a_page_shows(manuscripts: list[Manuscript]) -> None:
    for m in manuscripts:
        assert m.wording.title, m.slug
        assert m.wording.standfirst, m.slug
        assert m.byline, m.slug
        assert m.lead_image_alt, m.slug
        assert any(block.kind == "paragraph" for block in m.wording.blocks), m.slug


def test_pull_quotes_occur_in_the_text(manuscripts: list[Manuscript]) -> None:
    for m in manuscripts:
        text = " ".join(line for block in m.wording.blocks if block.kind != "quote" for line in block.lines)
        for block in m.wording.blocks:
            if block.kind == "quote":
                assert block.lines[0].strip("“”.") in text, m.slug


def test_syndicated_copies_name_an_article_that_exists(manuscripts: list[Manuscript]) -> None:
    known = {f"{m.publisher.slug}/{m.slug}" for m in manuscripts}
    copies = [m for m in manuscripts if m.syndicated_from]
    assert copies
    assert all(m.syndicated_from in known for m in copies)


def test_a_correction_has_a_note_and_other_words(manuscripts: list[Manuscript]) -> None:
    corrected = [m for m in manuscripts if m.corrected is not None]
    assert corrected
    for m in corrected:
        assert m.correction_note
        assert m.corrected != m.wording


def test_no_token_is_left_on_any_day_of_the_year(manuscripts: list[Manuscript]) -> None:
    for offset_days in (0, 40, 100, 200, 300):
        edition = EDITION + timedelta(days=offset_days)
        stories = stories_at(manuscripts, edition=edition, now=edition + timedelta(days=1))
        assert len(stories) == len(manuscripts)
        for story in stories:
            texts = [story.title, story.standfirst, story.correction_note, *(x for b in story.blocks for x in b.lines)]
            assert not any("{" in text or "}" in text for text in texts), story.path


def test_dates_count_from_the_article_s_own_day(manuscripts: list[Manuscript]) -> None:
    slug = "stadttheater-urauffuehrung-pegelhaus"  # out the day before the edition, a Sunday
    (story,) = [s for s in stories_at(manuscripts, edition=EDITION, now=EDITION) if s.slug == slug]
    text = " ".join(line for block in story.blocks for line in block.lines)
    assert story.published_at == datetime(2026, 11, 22, 22, 55, tzinfo=UTC)
    assert "am Samstag vor 412 Zuschauern" in text
    assert "am 25. November, am 1. Dezember und am 8. Dezember" in text


@pytest.mark.parametrize(
    ("token", "language", "expected"),
    [
        ("{weekday:-1}", "en", "Tuesday"),
        ("{weekday:0}", "de", "Mittwoch"),
        ("{date:+3}", "en", "2 January"),
        ("{date:-30}", "de", "30. November"),
        ("{month:+2}", "en", "January"),
        ("{year:+2}", "en", "2027"),
        ("{longdate:+3}", "en", "2 January 2027"),
        ("{longdate:+3}", "de", "2. Januar 2027"),
        ("on {weekday:+1} and {date:0}", "en", "on Thursday and 30 December"),
    ],
)
def test_tokens_in_words(token: str, language: str, expected: str) -> None:
    assert render_tokens(token, date(2026, 12, 30), language) == expected


@pytest.mark.parametrize("text", ["{week:1}", "{date:}", "{date}", "a { b", "{date:+x}"])
def test_a_brace_that_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a date token"):
        check_tokens(text)


def test_an_article_appears_when_it_is_out_and_not_before(manuscripts: list[Manuscript]) -> None:
    youngest = min(manuscripts, key=lambda m: m.age)
    out_at = EDITION - youngest.age
    before = stories_at(manuscripts, edition=EDITION, now=out_at - timedelta(seconds=1))
    at = stories_at(manuscripts, edition=EDITION, now=out_at)
    assert youngest.slug not in [story.slug for story in before]
    assert at[0].slug == youngest.slug


def test_body_markup() -> None:
    body = "First line\nof a paragraph.\n\n## Head\n\n> Said\n> twice\n\n- one\n- two\n"
    assert parse_body(body) == (
        Block("paragraph", ("First line of a paragraph.",)),
        Block("crosshead", ("Head",)),
        Block("quote", ("Said twice",)),
        Block("list", ("one", "two")),
    )


def test_section_slug() -> None:
    assert section_slug("City Hall") == "city-hall"
    assert section_slug("Köpfe & Märkte") == "kopfe-markte"
