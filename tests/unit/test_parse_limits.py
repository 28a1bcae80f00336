"""What hostile and oversized documents lead to: a code or a bounded Feed, never more."""

from __future__ import annotations

from contextlib import suppress

import pytest

from nutgraf.errors import ParseError
from nutgraf.stages.parse import ParsePath, parse_feed, parse_feed_with_path
from nutgraf.stages.parse.limits import MAX_DEPTH, MAX_ENTRIES, MAX_FEED_BYTES, MAX_TITLE_CHARS
from nutgraf.stages.parse.tree import parse_tree

URL = "https://limits.example/feed"
RSS = '<rss version="2.0"><channel><title>t</title>{}</channel></rss>'


def code_of(data: bytes | str) -> str:
    with pytest.raises(ParseError) as caught:
        parse_feed(data.encode() if isinstance(data, str) else data, url=URL)
    assert caught.value.url == URL
    assert caught.value.message.endswith(".")
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_deep_nesting_is_refused_in_any_encoding(encoding: str) -> None:
    assert code_of(("<rss>" + "<a>" * 100_000).encode(encoding)) == "too_deep"


def test_closed_deep_nesting_is_refused() -> None:
    assert code_of(RSS.format("<a>" * 300 + "</a>" * 300)) == "too_deep"


def test_nesting_up_to_the_limit_is_read() -> None:
    inner = MAX_DEPTH - 10
    assert parse_feed(RSS.format("<a>" * inner + "</a>" * inner).encode(), url=URL).title == "t"


def test_end_tags_in_cdata_do_not_hide_depth() -> None:
    assert code_of("<rss>" + "<a><![CDATA[</a>]]>" * 300) == "too_deep"


def test_libxml2_keeps_our_depth_without_being_asked() -> None:
    """The fast path runs before our own scan: it relies on this."""
    too_deep = b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1)
    assert parse_tree(too_deep, recover=False) is None


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "xxxx"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY % p "x"><!ENTITY b "%p;">]>',
        f'<!DOCTYPE rss [<!ENTITY a "{"x" * 200}">]>',
        "<!DOCTYPE rss [" + "".join(f'<!ENTITY e{i} "x">' for i in range(200)) + "]>",
        "<!DOCTYPE rss [" + "<!--" * 50_000,
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_definitions_that_could_expand_are_refused(doctype: str, encoding: str) -> None:
    assert code_of((doctype + RSS.format("&b;")).encode(encoding)) == "too_many_entities"


def test_harmless_entities_may_not_be_used_without_end() -> None:
    doctype = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 60}">]>'
    assert code_of(doctype + RSS.format("&a;" * 100_000)) == "too_many_entities"


def test_external_entities_are_never_read() -> None:
    doctype = '<!DOCTYPE rss [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    document = doctype + '<rss version="2.0"><channel><title>[&secret;]</title></channel></rss>'
    assert parse_feed(document.encode(), url=URL).title == "[&secret;]"


def test_newest_entries_are_taken_and_the_rest_counted() -> None:
    item = "<item><guid>{0}</guid><pubDate>2024-01-01T00:{1:02}:{2:02}Z</pubDate></item>"
    items = "".join(item.format(n, n // 60, n % 60) for n in range(2_500))
    feed = parse_feed(RSS.format(items).encode(), url=URL)
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.dropped_entries == 500
    assert feed.entries[0].id == "2499"
    assert feed.entries[-1].id == "500"


def test_undated_entries_keep_the_feeds_order() -> None:
    items = "".join(f"<item><guid>{n}</guid></item>" for n in range(5))
    assert [entry.id for entry in parse_feed(RSS.format(items).encode(), url=URL).entries] == list("01234")


def test_a_feed_beyond_the_size_is_refused() -> None:
    assert code_of(b" " * (MAX_FEED_BYTES + 1)) == "too_large"


def test_fields_are_bounded() -> None:
    long = "x" * 9_000
    item = f"<item><title>{long}</title><guid>{long}</guid><link>http://e.example/{long}</link></item>"
    entry = parse_feed(RSS.format(item).encode(), url=URL).entries[0]
    assert len(entry.title) == MAX_TITLE_CHARS
    assert entry.id.startswith("sha256:")
    assert entry.url == ""


def test_many_attributes_take_no_quadratic_time() -> None:
    attributes = " ".join(f'a{n}="1"' for n in range(100_000))
    document = (
        f"<rss {attributes}><channel><item><description><b {attributes}>x</b></description></item></channel></rss>"
    )
    assert parse_feed(document.encode(), url=URL).entries[0].summary_html == "<b>x</b>"


@pytest.mark.parametrize(
    "piece", ["<a ", '<a x="', "<![CDATA[", "<!--", "<?", "<!DOCTYPE ", "&", "&#", "<item>", "</item>"]
)
@pytest.mark.parametrize("start", ["<rss>", "", '<rss version="2.0"><channel><item><title>'])
def test_repeated_pieces_end_quickly(start: str, piece: str) -> None:
    """Each of these made some pattern or parser quadratic; the suite's time limit is the check."""
    with suppress(ParseError):
        parse_feed((start + piece * 200_000).encode(), url=URL)


def test_json_nesting_and_numbers_are_bounded() -> None:
    assert code_of("[" * 100_000) == "too_deep"
    assert code_of('{"items": [' + "9" * 5_000 + "]}") == "broken_json"


def test_what_libxml2_loses_feedparser_finds() -> None:
    document = b"<channel><title>c</title><item><title>x</title><link>http://e.example/1</link></item></channel>"
    feed, path = parse_feed_with_path(document, url=URL)
    assert path is ParsePath.FEEDPARSER
    assert [entry.title for entry in feed.entries] == ["x"]
