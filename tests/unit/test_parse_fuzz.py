"""Fuzzing of everything that reads what others wrote: whatever comes, a value within its bounds or an error of ours.

Small by default; `tools/fuzz.sh MINUTES` runs it long, through NUTGRAF_FUZZ_EXAMPLES.
"""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.adapters.http.addresses import AddressPolicy
from nutgraf.adapters.http.robots import parse_robots
from nutgraf.errors import ExtractError, FetchError, ParseError
from nutgraf.stages.extract import extract_article
from nutgraf.stages.parse import find_feed_links, parse_feed, parse_opml
from nutgraf.stages.parse.dates import parse_date
from nutgraf.stages.parse.limits import MAX_ENTRIES, MAX_FEED_LINKS
from nutgraf.text.addresses import absolute_url, normalise_address
from nutgraf.text.sanitise import html_to_text, sanitise_html
from sanitised_html import assert_harmless

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


SENTENCE = "The harbour council voted on the ferry timetable and the mayor spoke to residents afterwards."
PAGE_PIECES = st.sampled_from(
    [
        "<html><head>", "<title>", "</title>", "<body>", "<article>", "</article>", "<main>", "<p>", "</p>", SENTENCE,
        "<h1>", "</h1>", "<ul><li>", "</li></ul>", "<table><tr><td>", "</table>", "<blockquote>", "<!--", "-->",
        "<script>", "</script>", "<style>", "<script type=application/ld+json>", '{"@type":"NewsArticle",',
        '"headline":"', '"datePublished":"2026-03-02T25:61:00+99:00"', '"articleBody":', "[[[[", "}", "<meta property=",
        "'og:title' content='", "'article:published_time' content='", "<link rel=canonical href='", "'>", "http://[::1",
        "<time datetime='", "<img src=x onerror=y>", "<svg>", "<template>", "&#x0;", "&#xD800;",
        "\x00", "\ud800", "\u202e", "<meta charset=utf-16>", "<base href='javascript:x'>",
    ]
)  # fmt: skip
PAGES = st.lists(PAGE_PIECES | st.text(max_size=8), max_size=40).map("".join)


@BUDGET
@given(page=PAGES | st.binary(max_size=300), content_type=st.text(max_size=30))
def test_any_page_gives_an_article_or_an_extract_error(page: str | bytes, content_type: str) -> None:
    try:
        article = extract_article(page, url=URL, content_type=content_type)
    except ExtractError:
        return
    for address in (article.url, article.canonical_url, article.lead_image_url):
        assert address.startswith(("http://", "https://")) or not address
    assert all(0 <= sentence.start < sentence.end <= len(article.text) for sentence in article.sentences)
    (article.title + article.byline + article.publisher + article.text).encode()


@BUDGET
@given(markup=PAGES | DOCUMENTS | st.text(max_size=200))
def test_any_markup_is_made_harmless(markup: str) -> None:
    assert_harmless(sanitise_html(markup, URL))
    assert "\n" not in html_to_text(markup)


ROBOTS_PIECES = st.sampled_from(
    ["User-agent:", "user-agent : ", "*", "nutgraf", "\r", "\n", "\r\n", "Disallow:", "Allow:", "/", "*" * 40, "$", "%",
     "%2", "%ff", "#", "Sitemap:", "Crawl-delay: 9e9", "\ufeff", "/a*b*c$", "\x00"]
)  # fmt: skip


@BUDGET
@given(
    text=st.lists(ROBOTS_PIECES | st.text(max_size=5), max_size=60).map("".join),
    path=st.text(max_size=60).map("/".__add__),
)
def test_any_robots_txt_gives_an_answer(text: str, path: str) -> None:
    assert parse_robots(text, product="nutgraf").allows(path) in (True, False)


ADDRESS_PIECES = st.sampled_from(
    ["http", "https", "HTTP", ":", "//", "/", "\\", "@", "[", "]", "[::1]", "127.0.0.1", "0x7f.1", "①②⑦.0.0.1",
     "localhost", "press.example", "xn--", "bücher", ".", "..", "?", "utm_source=x", "&", "=", ";", "#", "%", "%2e",
     "%00", "\t", " ", ":80", ":443", ":99999", "amp", "www.", "m.", "\u3002", "\u200b", "\ud800"]
)  # fmt: skip
ADDRESSES = st.lists(ADDRESS_PIECES | st.text(max_size=4), max_size=14).map("".join)


@BUDGET
@given(address=ADDRESSES | ADDRESSES.map("https://".__add__), base=ADDRESSES)
def test_any_address_has_a_key_and_is_checked(address: str, base: str) -> None:
    key = normalise_address(address)
    assert normalise_address(key) == key
    absolute = absolute_url(address, base)
    assert absolute.lower().startswith(("http://", "https://")) or not absolute
    try:
        url = AddressPolicy().check_url(address)
    except FetchError:
        return
    assert url.scheme in ("http", "https")
    assert url.raw_host
    assert url.raw_user is None
