"""Keys of entries and articles, and which entries are stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.domain.feed import Entry, Feed
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import KnownEntry
from nutgraf.stages.identify import content_hash, decide_entries, entry_key
from nutgraf.text.addresses import normalise_address

ENTRY = Entry(id="1", url="https://www.press.example/story?utm_source=rss", title="Story", summary_html="<p>Short.</p>")
TEXT = "<p>" + "A text of its own that has many words. " * 5 + "</p>"


def feed_of(*entries: Entry, url: str = "https://press.example/feed") -> Feed:
    return Feed(url=url, title="", site_url="", language="", entries=entries)


def known(*entries: Entry) -> dict[str, KnownEntry]:
    return {entry_key(entry): KnownEntry(entry_key(entry), content_hash(entry), ArticleId(1)) for entry in entries}


def test_a_new_entry_is_stored_under_its_keys() -> None:
    (stored,) = decide_entries(feed_of(ENTRY), {})
    assert (stored.entry_key, stored.article_key) == ("1", "https://press.example/story")
    assert stored.url == ENTRY.url
    assert stored.content_hash == content_hash(ENTRY)


def test_an_entry_that_is_known_unchanged_is_not_stored() -> None:
    assert decide_entries(feed_of(ENTRY), known(ENTRY)) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Story, corrected"},
        {"summary_html": "<p>Longer.</p>"},
        {"content_html": TEXT},
        {"updated_at": datetime(2024, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_changed_entry_is_stored_again(change: dict[str, object]) -> None:
    (stored,) = decide_entries(feed_of(replace(ENTRY, **change)), known(ENTRY))  # type: ignore[arg-type]
    assert stored.entry_key == "1"


@pytest.mark.parametrize("change", [{"author": "Someone"}, {"published_at": datetime(2024, 1, 1, tzinfo=UTC)}])
def test_what_readers_do_not_see_is_no_change(change: dict[str, object]) -> None:
    assert decide_entries(feed_of(replace(ENTRY, **change)), known(ENTRY)) == ()  # type: ignore[arg-type]


def test_of_entries_with_one_key_the_first_is_stored() -> None:
    assert [stored.title for stored in decide_entries(feed_of(ENTRY, replace(ENTRY, title="Older")), {})] == ["Story"]


def test_an_entry_without_address_is_kept_for_its_text() -> None:
    bare = replace(ENTRY, url="")
    assert decide_entries(feed_of(bare), {}) == ()
    (stored,) = decide_entries(feed_of(replace(bare, content_html=TEXT)), {})
    assert stored.url == ""
    assert stored.article_key.startswith("urn:nutgraf:entry:")
    (again,) = decide_entries(feed_of(replace(bare, content_html=TEXT), url="http://press.example/feed/"), {})
    assert again.article_key == stored.article_key
    (elsewhere,) = decide_entries(feed_of(replace(bare, content_html=TEXT), url="https://other.example/feed"), {})
    assert elsewhere.article_key != stored.article_key


def test_long_ids_have_short_keys() -> None:
    keys = {entry_key(replace(ENTRY, id="x" * 5_000 + end)) for end in "ab"}
    assert len(keys) == 2
    assert all(len(key) < 100 for key in keys)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("HTTP://WWW.Press.example:80/a/b/?utm_source=x&b=2&a=1#part", "https://press.example/a/b?a=1&b=2"),
        ("https://user:pw@press.example:8443/a", "https://press.example:8443/a"),
        ("https://m.press.example.org/x/amp/", "https://press.example.org/x"),
        ("https://amp.press.example/amp/x.html?amp=1", "https://press.example/x.html"),
        ("https://press.example/x.amp.html", "https://press.example/x.html"),
        ("https://press-example.cdn.ampproject.org/c/s/press.example/x?usqp=1", "https://press.example/x"),
        ("https://www.google.com/amp/s/press.example/x", "https://press.example/x"),
        ("https://press.example/x?partner=rss&fbclid=1&id=7", "https://press.example/x?id=7"),
        ("https://press.example/x?ref=main", "https://press.example/x?ref=main"),
        ("https://press.example/%7Ename/%c3%a9", "https://press.example/~name/%C3%A9"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://press.example", "https://press.example/"),
        ("https://press.example/amp", "https://press.example/amp"),
        ("https://press.example/?p=12", "https://press.example/?p=12"),
        (" mailto:x@press.example ", "mailto:x@press.example"),
        ("https://[::1/x", "https://[::1/x"),
        ("https://press.example:99999/x", "https://press.example:99999/x"),
    ],
)
def test_normalised_address(address: str, key: str) -> None:
    assert normalise_address(address) == key


@given(st.text(max_size=60) | st.text(max_size=40).map("https://m.press.example/".__add__))
def test_normalising_twice_changes_nothing(address: str) -> None:
    once = normalise_address(address)
    assert normalise_address(once) == once
