"""Fuzzing: whatever the bytes, a Feed within its bounds or a ParseError. NUTGRAF_FUZZ_EXAMPLES sets the budget."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.errors import ParseError
from nutgraf.stages.parse import find_feed_links, parse_feed, parse_opml
from nutgraf.stages.parse.dates import parse_date
from nutgraf.stages.parse.limits import MAX_ENTRIES, MAX_FEED_LINKS

EXAMPLES = int(os.environ.get("NUTGRAF_FUZZ_EXAMPLES", "150"))
BUDGET = settings(max_examples=EXAMPLES, deadline=None)

PIECES = st.sampled_from(
    [
        '<?xml version="1.0" encoding="utf-8"?>', '<?xml version="1.0" encoding="utf-16"?>', "<rss version='2.0'>",
        "<channel>", "</channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "</link>", "http://e.example/1",
        "<link href='http://[::1' rel='self'/>", "<guid isPermaLink='false'>", "</guid>", "<pubDate>",
        "Mon, 01 Jan 2024 12:00:00 GMT", "</pubDate>", "<description>", "</description>", "<![CDATA[", "]]>", "<!--",
        "-->", "&", "&eacute;", "&#0;", "&#x110000;", "&#99999999999999;", "&lt;a href=&quot;x&quot;&gt;",
        '<feed xmlns="http://www.w3.org/2005/Atom">', "<entry>", "</entry>", "</feed>", "<content type='xhtml'>",
        "<div xmlns='http://www.w3.org/1999/xhtml'>", "</div>", "<content type='image/png'>", "<media:group>",
        "<dc:creator>", "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>", "</rdf:RDF>", "</rss>",
        "<urlset><url><news:title>", "<!DOCTYPE rss [", "<!ENTITY a 'b'>", "]>", "&a;", "\0", "\ufeff", "\x85", "é",
        "<html><head>", "<link rel=alternate type=application/rss+xml href=/f>", "<a href=/rss>RSS</a>", "{",
        '"items":',
        '{"version":"https://jsonfeed.org/version/1.1","items":[', '{"id":1,"url":"/x","tags":[]},', "{}]}", "null",
        "<opml><body>", "<outline xmlUrl='http://e.example/f' text='x'>", "</outline>", "</body></opml>",
        "<ttl>60</ttl>",
    ]
)  # fmt: skip
DOCUMENTS = st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join)
ENCODED = st.tuples(DOCUMENTS, st.sampled_from(["utf-8", "utf-16", "utf-32-be", "cp1252"])).map(
    lambda pair: pair[0].encode(pair[1], "ignore")
)
URL = "https://fuzz.example/feed"


@BUDGET
@given(data=ENCODED | st.binary(max_size=300), content_type=st.none() | st.text(max_size=30))
def test_any_bytes_give_a_feed_or_a_parse_error(data: bytes, content_type: str | None) -> None:
    try:
        feed = parse_feed(data, url=URL, content_type=content_type)
    except ParseError:
        return
    assert len(feed.entries) <= MAX_ENTRIES
    for entry in feed.entries:
        assert entry.id
        assert entry.url.startswith(("http://", "https://")) or not entry.url
        assert "\n" not in entry.title
        for moment in (entry.published_at, entry.updated_at):
            assert moment is None or moment.utcoffset().total_seconds() == 0  # type: ignore[union-attr]
        (entry.id + entry.url + entry.title + entry.summary_html + entry.content_html + entry.author).encode()


@BUDGET
@given(data=ENCODED)
def test_any_page_gives_bounded_feed_links(data: bytes) -> None:
    links = find_feed_links(data, url=URL)
    assert len(links) <= MAX_FEED_LINKS
    assert all(link.url.startswith(("http://", "https://")) for link in links)


@BUDGET
@given(data=ENCODED)
def test_any_file_gives_outlines_or_a_parse_error(data: bytes) -> None:
    try:
        outlines = parse_opml(data)
    except ParseError:
        return
    assert len({outline.url for outline in outlines}) == len(outlines)


@BUDGET
@given(text=st.text(max_size=60) | st.from_regex(r"[0-9A-Za-z:,+. /T-]{0,40}", fullmatch=True))
def test_any_date_is_utc_or_none(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or (moment.tzname() == "UTC" and moment.year >= 1970)
