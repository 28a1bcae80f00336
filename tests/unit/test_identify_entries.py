"""Keys of entries and articles, and which entries are stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.domain.feed import Entry, Feed
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import EntryToStore, KnownEntry
from nutgraf.stages.identify import content_hash, decide_entries, entry_key, read_entries, rekey_entries, suspect_hashes
from nutgraf.text.addresses import normalise_address

ENTRY = Entry(id="1", url="https://www.press.example/story?utm_source=rss", title="Story", summary_html="<p>Short.</p>")
TEXT = "<p>" + "A text of its own that has many words. " * 5 + "</p>"


def feed_of(*entries: Entry, url: str = "https://press.example/feed") -> Feed:
    return Feed(url=url, title="", site_url="", language="", entries=entries)


def known(*entries: Entry) -> dict[str, KnownEntry]:
    return {entry_key(entry): KnownEntry(entry_key(entry), content_hash(entry), ArticleId(1)) for entry in entries}


def decide(feed: Feed, known_now: dict[str, KnownEntry]) -> tuple[EntryToStore, ...]:
    return decide_entries(read_entries(feed), known_now)


def test_a_new_entry_is_stored_under_its_keys() -> None:
    (stored,) = decide(feed_of(ENTRY), {})
    assert (stored.entry_key, stored.article_key) == ("1", "https://press.example/story")
    assert stored.url == ENTRY.url
    assert stored.content_hash == content_hash(ENTRY)


def test_an_entry_that_is_known_unchanged_is_not_stored() -> None:
    assert decide(feed_of(ENTRY), known(ENTRY)) == ()


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
    (stored,) = decide(feed_of(replace(ENTRY, **change)), known(ENTRY))  # type: ignore[arg-type]
    assert stored.entry_key == "1"


@pytest.mark.parametrize("change", [{"author": "Someone"}, {"published_at": datetime(2024, 1, 1, tzinfo=UTC)}])
def test_what_readers_do_not_see_is_no_change(change: dict[str, object]) -> None:
    assert decide(feed_of(replace(ENTRY, **change)), known(ENTRY)) == ()  # type: ignore[arg-type]


def test_of_entries_with_one_key_the_first_is_stored() -> None:
    assert [stored.title for stored in decide(feed_of(ENTRY, replace(ENTRY, title="Older")), {})] == ["Story"]


def test_an_entry_without_address_is_kept_for_its_text() -> None:
    bare = replace(ENTRY, url="")
    assert decide(feed_of(bare), {}) == ()
    (stored,) = decide(feed_of(replace(bare, content_html=TEXT)), {})
    assert stored.url == ""
    assert stored.article_key.startswith("urn:nutgraf:entry:")
    (again,) = decide_entries(
        read_entries(feed_of(replace(bare, content_html=TEXT), url="http://press.example/feed/")), {}
    )
    assert again.article_key == stored.article_key
    (elsewhere,) = decide_entries(
        read_entries(feed_of(replace(bare, content_html=TEXT), url="https://other.example/feed")), {}
    )
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
        ("http://press.example:443/x", "https://press.example/x"),
        ("https://press.example\u3002/x", "https://press.example/x"),
        ("https://press.example/\ud800", "https://press.example/%EF%BF%BD"),
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


# Feeds that give their entries new ids

TEN = tuple(Entry(id=f"old-{n}", url=f"https://old.example/{n}", title=f"Story {n}") for n in range(10))


def rekeyed(*entries: Entry, before: tuple[Entry, ...] = TEN) -> dict[str, ArticleId | None]:
    """What a poll of `entries` decides after one of `before`: the article that each stored entry stays with."""
    stored = {content_hash(entry): ArticleId(number) for number, entry in enumerate(before)}
    read, known_now = read_entries(feed_of(*entries)), known(*[entry for entry in entries if entry in before])
    decided = decide_entries(read, known_now)
    hashes = suspect_hashes(read, decided, known_now)
    by_content = {digest: stored[digest] for digest in hashes if digest in stored}
    return {e.entry_key: e.article_id for e in rekey_entries(read, decided, known_now, by_content)}


def moved(entry: Entry) -> Entry:
    return replace(entry, id=f"new-{entry.title}", url=entry.url.replace("old.example", "new.example"))


def test_entries_under_new_ids_stay_with_their_articles() -> None:
    assert rekeyed(*map(moved, TEN)) == {f"new-Story {n}": n for n in range(10)}


def test_what_is_really_new_beside_them_is_new() -> None:
    fresh = Entry(id="fresh", url="https://new.example/fresh", title="Fresh")
    decided = rekeyed(fresh, *map(moved, TEN))
    assert decided.pop("fresh") is None
    assert None not in decided.values()


@pytest.mark.parametrize(("renamed", "is_rekeyed"), [(7, False), (8, True)])
def test_eighty_percent_of_a_feed_make_it_rekeyed(renamed: int, is_rekeyed: bool) -> None:
    decided = rekeyed(*map(moved, TEN[:renamed]), *TEN[renamed:])
    assert len(decided) == renamed
    assert all((article is not None) is is_rekeyed for article in decided.values())


def test_a_daily_notice_in_the_same_words_is_news_each_day() -> None:
    notice = Entry(id="monday", url="https://press.example/monday", title="Today's forecast")
    today = replace(notice, id="tuesday", url="https://press.example/tuesday")
    assert rekeyed(today, before=(notice,)) == {"tuesday": None}
    week = [replace(today, id=f"day-{n}", url=f"https://press.example/{n}") for n in range(7)]
    assert set(rekeyed(*week, before=(notice,)).values()) == {None}


def test_addresses_in_the_text_are_no_change() -> None:
    before = replace(ENTRY, summary_html='<p>Short. <img src="https://count.example/?id=1"></p>')
    after = replace(ENTRY, summary_html='<p>Short. <img src="https://count.example/?id=2"></p>')
    assert content_hash(before) == content_hash(after)
    assert content_hash(before) != content_hash(replace(before, title="Other"))
