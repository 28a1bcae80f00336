"""Headline, dates, byline, address and flags, from where a page gives them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nutgraf.domain.article import ArticleFlag
from nutgraf.stages.extract.addresses import absolute_url, canonical_url
from nutgraf.stages.extract.assemble import Metadata
from nutgraf.stages.extract.jsonld import find_article, read_nodes
from nutgraf.stages.extract.locate import Surroundings
from nutgraf.stages.extract.metadata import PageFacts, read_metadata
from nutgraf.stages.extract.moments import parse_moment
from nutgraf.stages.extract.tree import parse_tree
from nutgraf.stages.extract.visible_dates import find_date

URL = "https://www.press.example/news/story"


def metadata_of(head: str, body: str = "<p>Text.</p>", surroundings: Surroundings | None = None) -> Metadata:
    root = parse_tree(f"<html><head>{head}</head><body>{body}</body></html>", url=URL)
    return read_metadata(PageFacts(root, URL), surroundings or Surroundings())


def json_ld(script: str) -> str:
    return f'<script type="application/ld+json">{script}</script>'


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "A vote is held"}',
        '[{"@type": "WebPage"}, {"@type": ["Article", "Thing"], "headline": "A vote is held"}]',
        '{"@graph": [{"@type": "WebSite"}, {"@type": "https://schema.org/NewsArticle", "headline": "A vote is held"}]}',
        '{"@type": "WebPage", "mainEntity": {"@type": "ReportageNewsArticle", "headline": "A vote is held"}}',
        '<!-- {"@type": "NewsArticle", "headline": "A vote is held",} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "A vote is held"}\n//]]>',
        '{"@type": "NewsArticle", "headline": "A vote is held", "description": "line\nbreak"};',
        '{"@type": "Person"}{"@type": "NewsArticle", "headline": "A vote is held"}',
        '{"@type": "NewsArticle", "headline": "A vote is held", "author": "unclosed',
    ],
)
def test_json_ld_in_the_shapes_that_pages_have(script: str) -> None:
    nodes = read_nodes(parse_tree(f"<html><head>{json_ld(script)}</head></html>", url=URL))
    article = find_article(nodes, URL)
    assert article is not None
    assert article["headline"] == "A vote is held"


@pytest.mark.parametrize(
    "script", ["[" * 200_000, '{"a":' * 50_000, "null", '"x"', "{", '{"@type": 7}', '{"@type": ["Article", null]}']
)
def test_json_ld_that_is_hostile_or_void_costs_nothing(script: str) -> None:
    assert metadata_of(json_ld(script) + "<title>Still a title</title>").title == "Still a title"


def test_the_article_with_the_page_s_address_is_chosen() -> None:
    script = ",".join(f'{{"@type":"NewsArticle","headline":"Other {i}","url":"/news/{i}"}}' for i in range(4))
    own = '{"@type":"NewsArticle","headline":"Own","url":"https://www.press.example/news/story?x=1"}'
    nodes = read_nodes(parse_tree(f"<html><head>{json_ld(f'[{script},{own}]')}</head></html>", url=URL))
    assert (find_article(nodes, URL) or {}).get("headline") == "Own"
    assert find_article(nodes[:4], URL) is None


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("<title>Bridge closed | The Press</title>", "<h1>Bridge closed</h1>", "Bridge closed"),
        ('<meta property="og:title" content="Why the bridge closed">', "<h1>The Press</h1>", "Why the bridge closed"),
        ("<title>The war – and peace – of Kesh | The Press</title>", "", "The war – and peace – of Kesh"),
        ("", "<h1>Only a heading here</h1>", "Only a heading here"),
        ("", "", ""),
    ],
)
def test_title(head: str, body: str, expected: str) -> None:
    site = '<meta property="og:site_name" content="The Press">'
    assert metadata_of(site + head, body).title == expected


def test_a_site_s_name_as_first_heading_is_not_taken_for_the_title() -> None:
    head, body = "<title>Nebel. | Ein Blog</title>", "<h1>Ein Blog</h1><h2>Nebel.</h2>"
    assert metadata_of(head, body, Surroundings("Nebel.")).title == "Nebel."


def test_the_heading_before_the_text_is_preferred_to_a_title_for_search_engines() -> None:
    found = metadata_of("<title>Kesh bridge 2026: all facts</title>", surroundings=Surroundings("Cracks in two piers"))
    assert found.title == "Cracks in two piers"


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        # the headline is an h3; the page's h1 is the site's name and leads to its front page
        ('<meta property="og:title" content="Fog here">', '<h1><a href="/">Hill</a></h1><h3>Fog here</h3>', "Fog here"),
        ("<title>Hill: Fog in town</title>", "<h2>Samstag, 5. Oktober 2013</h2><h3>Fog in town</h3>", "Fog in town"),
        ("<title>Press » News » A bridge closes</title>", "<h1>Press</h1><h2>A bridge closes</h2>", "A bridge closes"),
        # a kicker in the heading, the headline alone in the structured data
        (json_ld('{"@type":"Report","headline":"A bridge closes"}'), "<h1>Oh! A bridge closes</h1>", "A bridge closes"),
        ("<title>A vote</title>", "<h1><style>.x{color:red}</style>A vote</h1>", "A vote"),
        ("<title>A vote</title>", "<h2 class='hide'>Press service</h2>", "A vote"),
        ("<title>Kesh today</title>", "<h1>By Ida Marsh</h1><h1>A bridge closes</h1>", "A bridge closes"),
    ],
)  # fmt: skip
def test_title_where_headings_mislead(head: str, body: str, expected: str) -> None:
    assert metadata_of(head, body).title == expected


@pytest.mark.parametrize(
    ("head", "surroundings", "day"),
    [
        # the record's date gives way to what readers are shown
        ('<meta name="dc.date" content="2026-02-01">', Surroundings("H", ("11 February 2026",)), 11),
        ('<meta name="date" content="2026-02-11">', Surroundings("H", ("Monday, 16 February 2026", "11.02.2026")), 11),
        # of two declared dates the one that is shown
        (
            json_ld('{"@type":"NewsArticle","datePublished":"2026-02-01"}')
            + '<meta property="article:published_time" content="2026-02-11T08:00:00Z">',
            Surroundings("H", ("11 February 2026, 9:00",)),
            11,
        ),
        ("", Surroundings("H", ("Updated 12 February 2026", "Published on 11 February 2026")), 11),
        ("", Surroundings("H", ("Updated: 12.02.2026 - Published: 11.02.2026",)), 11),
        ("", Surroundings("H", ("The vote of 3 February 2026 was close.",), ("Teverin, 11 February 2026 – The",)), 11),
    ],
)
def test_date_that_readers_are_shown(head: str, surroundings: Surroundings, day: int) -> None:
    found = metadata_of(head, surroundings=surroundings).published_at
    assert found is not None
    assert found.date() == date(2026, 2, day)


def test_a_comment_s_time_is_not_the_article_s() -> None:
    body = '<div class="comments"><time datetime="2026-03-01">1 March</time></div>'
    assert metadata_of("", body, Surroundings("H", ("11 February 2026",))).published_at == datetime(
        2026, 2, 11, tzinfo=UTC
    )


@pytest.mark.parametrize("path", ["2026/2/11/vote", "news/2026-02-11/vote", "news/11-02-2026"])
def test_date_in_the_address(path: str) -> None:
    url = f"https://press.example/{path}"
    root = parse_tree("<html><body><p>Text.</p></body></html>", url=url)
    assert read_metadata(PageFacts(root, url), Surroundings()).published_at == datetime(2026, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-11T18:40:00+02:00", datetime(2026, 2, 11, 16, 40, tzinfo=UTC)),
        ("2026-02-11T18:40:00Z", datetime(2026, 2, 11, 18, 40, tzinfo=UTC)),
        ("2026-02-11 18:40:00 +0200", datetime(2026, 2, 11, 16, 40, tzinfo=UTC)),
        ("2026-02-11T18:40:00.123-05", datetime(2026, 2, 11, 23, 40, tzinfo=UTC)),
        ("20260211", datetime(2026, 2, 11, tzinfo=UTC)),
        ("Wed, 11 Feb 2026 18:40:00 +0100", datetime(2026, 2, 11, 17, 40, tzinfo=UTC)),
        ("1770835200", datetime(2026, 2, 11, 18, 40, tzinfo=UTC)),
        ("1770835200000", datetime(2026, 2, 11, 18, 40, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("1970-01-01", None),
        ("2026-13-45", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments(text: str, expected: datetime | None) -> None:
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    "text",
    ["22 November 2022", "22. November 2022, 9:30 Uhr", "22.11.2022", "22.11.22", "November 22, 2022",
     "22 de noviembre de 2022", "le 22 novembre 2022 à 10h", "2022-11-22", "2022年11月22日",
     "Teverin, 22nd of Nov. 2022"],
)  # fmt: skip
def test_visible_dates(text: str) -> None:
    assert find_date(text) == datetime(2022, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("text", ["11/12/2022", "99.99.2022", "in 2022", "call 0221 22 11 20", "31.02.2022"])
def test_what_is_no_certain_date(text: str) -> None:
    assert find_date(text) is None


def test_date_near_the_headline_is_used_where_nothing_is_declared() -> None:
    assert metadata_of("", surroundings=Surroundings("H", ("Teverin, 4. März 2026",))).published_at == datetime(
        2026, 3, 4, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("/news/story-1", "https://www.press.example/news/story-1"),
        ("https://press.example/news/story", "https://press.example/news/story"),
        ("https://amp.press.example/x#top", "https://amp.press.example/x"),
        ("https://evil.example/news/story", URL),
        ("https://www.press.example/", URL),  # the front page is no article's address
        ("javascript:alert(1)", URL),
        ("https://user@www.press.example/x", URL),
        ("http://[::1", URL),
        ("https://www.press.example:99999/x", URL),
        ("", URL),
    ],
)
def test_canonical_address(declared: str, expected: str) -> None:
    assert canonical_url(declared, URL + "#section") == expected


def test_sites_under_a_country_s_second_level_are_told_apart() -> None:
    assert canonical_url("https://b.co.uk/x", "https://a.co.uk/x") == "https://a.co.uk/x"
    assert canonical_url("https://a.co.uk/y", "https://www.a.co.uk/x") == "https://a.co.uk/y"


NO_ADDRESSES = ["data:image/png;base64,AA", "ftp://x.example/a", "https://x.example/a b", "x" * 3_000, "https://[x"]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_web_address(address: str) -> None:
    assert absolute_url(address, "https://x.example/") == ""


@pytest.mark.parametrize(
    ("head", "byline"),
    [
        ('<meta name="author" content="By Ida Marsh">', "Ida Marsh"),
        (json_ld('{"@type":"NewsArticle","author":[{"name":"Ida Marsh"},{"name":"Per Aune"}]}'), "Ida Marsh, Per Aune"),
        (json_ld('{"@type":"NewsArticle","author":{"@type":"Person","url":"https://x.example/ida"}}'), ""),
        ('<meta name="author" content="https://social.example/press">', ""),
        ('<meta name="author" content="The Press"><meta property="og:site_name" content="The Press">', ""),
    ],
)
def test_byline(head: str, byline: str) -> None:
    assert metadata_of(head).byline == byline


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("By Ida Marsh and Per Aune", "Ida Marsh and Per Aune"),
        ("Von Dieter Sand, Teverin", "Dieter Sand"),
        ("By the river the crowd waited", ""),
        ("By " + "A" * 5_000, ""),
    ],
)
def test_byline_near_the_headline(line: str, byline: str) -> None:
    assert metadata_of("", surroundings=Surroundings("H", (line,))).byline == byline


@pytest.mark.parametrize(
    ("shown", "byline"),
    [
        ("Veröffentlicht von Dieter Sand am 3. Mai 2026", "Dieter Sand"),
        ("Dieter Sand", "Dieter Sand"),
        ("Ida Marsh, 11 February 2026", "Ida Marsh"),
        ("admin", ""),
    ],
)
def test_byline_that_is_shown(shown: str, byline: str) -> None:
    assert metadata_of("", f"<span class='author'>{shown}</span>").byline == byline


def test_who_comments_is_no_author() -> None:
    assert metadata_of("", "<span class='comment-author'>Ida Marsh</span>").byline == ""


@pytest.mark.parametrize(
    ("head", "flag"),
    [
        (json_ld('{"@type":"NewsArticle","isAccessibleForFree":false}'), ArticleFlag.PAYWALLED),
        (json_ld('{"@type":"NewsArticle","isAccessibleForFree":"False"}'), ArticleFlag.PAYWALLED),
        (json_ld('{"@type":"LiveBlogPosting"}'), ArticleFlag.LIVE_BLOG),
        (json_ld('{"@type":"OpinionNewsArticle"}'), ArticleFlag.OPINION),
        ('<meta property="article:section" content="Kommentar">', ArticleFlag.OPINION),
        ('<meta property="og:title" content="Opinion: The ferry was never about money">', ArticleFlag.OPINION),
    ],
)
def test_flags(head: str, flag: ArticleFlag) -> None:
    assert metadata_of(head).flags == {flag}


def test_nothing_declared_gives_the_host_and_no_flags() -> None:
    found = metadata_of("")
    assert (found.publisher, found.canonical_url, found.flags) == ("press.example", URL, frozenset())
