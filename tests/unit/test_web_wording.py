"""Times, counts and names in a reader's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import FeedRecord, FeedState
from nutgraf.web import wording

NOW = datetime(2031, 3, 4, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1m ago"),
        (timedelta(minutes=57), "57m ago"),
        (timedelta(minutes=59, seconds=59), "59m ago"),
        (timedelta(hours=1), "1h ago"),
        (timedelta(hours=23, minutes=59), "23h ago"),
        (timedelta(days=1), "1d ago"),
        (timedelta(days=6, hours=23), "6d ago"),
        (timedelta(days=7), "1w ago"),
        (timedelta(days=34), "4w ago"),
        (timedelta(days=35), "28 January 2031"),
        (timedelta(minutes=-20), "just now"),
        (timedelta(days=-3), "7 March 2031"),
    ],
)
def test_age_names_the_largest_unit(passed: timedelta, expected: str) -> None:
    assert wording.age(NOW - passed, NOW) == expected


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=20), "in 1m"),
        (timedelta(minutes=12), "in 12m"),
        (timedelta(hours=30), "in 1d"),
        (timedelta(days=40), "13 April 2031"),
    ],
)
def test_until_rounds_up_to_a_minute(ahead: timedelta, expected: str) -> None:
    assert wording.until(NOW + ahead, NOW) == expected


def test_exact_time_is_in_full() -> None:
    assert wording.exact_time(NOW) == "4 March 2031, 09:30 UTC"


def test_as_sentence_is_a_whole_one() -> None:
    assert wording.as_sentence("reading 5 feeds") == "Reading 5 feeds."
    assert wording.as_sentence("Done.") == "Done."
    assert wording.as_sentence("") == ""


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("pa-Arab", "rtl"),
        ("az_Arab", "rtl"),
        ("de", "ltr"),
        ("", "auto"),
    ],
)
def test_direction_follows_language_and_script(language: str, expected: str) -> None:
    assert wording.direction(language) == expected


@pytest.mark.parametrize(
    ("language", "expected"), [("pt_BR", "pt-BR"), ('en"><b', ""), ("", ""), ("zh-Hant", "zh-Hant")]
)
def test_language_tag_is_fit_for_an_attribute(language: str, expected: str) -> None:
    assert wording.language_tag(language) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("The Kestrel", "K"), ("The", "T"), ("Die Woche", "W"), ("“Echo”", "E"), ("صحيفة", "ص"), ("", "·"), ("!!", "·")],
)
def test_tile_letter_passes_over_articles_and_marks(name: str, expected: str) -> None:
    assert wording.tile_letter(name) == expected


def test_tile_tone_is_one_of_the_tones() -> None:
    tones = {wording.tile_tone(f"publisher-{number}") for number in range(200)}
    assert tones == set(range(1, wording.TILE_TONES + 1))


def test_url_slug_is_short_ascii_without_a_cut_word() -> None:
    assert wording.url_slug("Brannoch’s café: “open”!") == "brannochs-cafe-open"
    assert wording.url_slug("بلدية") == ""
    slug = wording.url_slug("word " * 40)
    assert len(slug) <= wording.MAX_SLUG_CHARS
    assert set(slug.split("-")) == {"word"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "https://", "http://[bad", ""])
def test_http_url_refuses_what_must_not_be_linked(url: str) -> None:
    assert wording.http_url(url) == ""


def test_http_url_keeps_a_good_address() -> None:
    assert wording.http_url("https://kestrel.example/a?b=c") == "https://kestrel.example/a?b=c"


@pytest.mark.parametrize(
    ("state", "has_error", "was_polled", "expected"),
    [
        (FeedState.ACTIVE, False, True, "healthy"),
        (FeedState.ACTIVE, False, False, "waiting"),
        (FeedState.ACTIVE, True, True, "failing"),
        (FeedState.GONE, True, True, "gone"),
        (FeedState.PAUSED, True, True, "paused"),
    ],
)
def test_feed_health_is_one_word(state: FeedState, has_error: bool, was_polled: bool, expected: str) -> None:
    feed = FeedRecord(
        id=FeedId(1), url="https://a.example/f", title="", site_url="", state=state, etag="", last_modified="",
        added_at=NOW, next_poll_at=NOW, last_poll_at=NOW if was_polled else None, last_ok_at=None, last_new_at=None,
        failures=0, interval_s=0, error_code="timeout" if has_error else "", error_message="",
    )  # fmt: skip
    assert feed.health == expected


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 KB"), (12_345_678, "12.3 MB"), (123_456_789_000, "123 GB")],
)
def test_a_size_is_told_in_its_largest_unit(count: int, words: str) -> None:
    assert wording.size(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (90, "2 minutes"), (1_800, "30 minutes"), (7_200, "2 hours"), (90_000, "1 day")],
)
def test_a_span_is_told_in_its_largest_unit(seconds: float, words: str) -> None:
    assert wording.span(seconds) == words
