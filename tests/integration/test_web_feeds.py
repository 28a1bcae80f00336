"""The page of feeds and the changes made from it, over a real store, a real fetcher and a real publisher."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nutgraf.domain.records import ArticleState, FeedRecord
from nutgraf.web.pages.feed_changes import MAX_UPLOAD_BYTES
from sample_site.publisher import publisher_server
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor

OPML = b"""<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body>
<outline text="News"><outline type="rss" text="One" xmlUrl="https://one.example/feed"/></outline>
<outline type="rss" text="Kestrel" xmlUrl="https://kestrel.example/feed.xml"/>
<outline type="rss" text="Bad" xmlUrl="http://[bad/feed"/>
</body></opml>"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


@pytest.fixture(scope="module")
def publisher() -> Iterator[str]:
    with publisher_server() as address:
        yield address


def feed_titled(site: SampleSite, title: str) -> FeedRecord:
    return next(feed for feed in site.store.list_feeds() if feed.title == title)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_each_feed_shows_how_it_does(site: SampleSite) -> None:
    text = plain(Visitor(site.app).get("/feeds").text)
    assert "Slow Times failing" in text
    assert "The server did not answer within 30 seconds. timeout" in text
    assert "Gone Gazette gone" in text
    assert "Quiet Quarterly paused" in text
    assert "Brand New waiting" in text
    assert "The Kestrel healthy" in text
    assert text.index("Slow Times") < text.index("Brand New") < text.index("The Kestrel")


def test_what_was_set_aside_is_shown_and_can_be_tried_again(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    page = visitor.get("/desk/set-aside").text
    assert "No article was found in the page. no_article" in plain(page)
    replay = re.search(r'action="(/articles/\d+/replay)', page)
    assert replay is not None
    answer = visitor.post(replay[1])
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/set-aside?done=replayed")
    assert site.store.list_quarantine() == []
    assert any(article.title == "Pictures of the week" for article in _found(site))
    assert site.wakes == 1
    assert visitor.post(replay[1]).status_code == 409


def _found(site: SampleSite) -> list:  # type: ignore[type-arg]
    return site.store.due_articles([ArticleState.FOUND], now=NOW, limit=10)


def test_a_feed_is_polled_soon(site: SampleSite) -> None:
    feed = feed_titled(site, "Slow Times")
    assert Visitor(site.app).post(f"/feeds/{feed.id}/poll").headers["location"] == "/feeds?done=polling"
    assert site.store.get_feed(feed.id).next_poll_at <= NOW
    assert site.wakes == 1


def test_all_feeds_are_polled_soon(site: SampleSite) -> None:
    assert Visitor(site.app).post("/feeds/poll").status_code == 303
    due = {feed.title for feed in site.store.due_feeds(now=NOW, limit=20)}
    assert {"The Kestrel", "Slow Times"} <= due
    assert "Quiet Quarterly" not in due


def test_a_feed_is_removed_after_a_question(site: SampleSite) -> None:
    visitor, feed = Visitor(site.app), feed_titled(site, "The Kestrel")
    assert "Remove this feed?" in visitor.get(f"/feeds/{feed.id}/remove").text
    assert feed_titled(site, "The Kestrel") == feed
    assert visitor.post(f"/feeds/{feed.id}/remove").headers["location"] == "/feeds?done=removed"
    assert feed.id not in {known.id for known in site.store.list_feeds()}
    assert visitor.post(f"/feeds/{feed.id}/remove").status_code == 404


def test_only_known_words_come_back_from_the_address(site: SampleSite) -> None:
    page = Visitor(site.app).get("/feeds?done=<b>hello</b>&page=99999999999").text
    assert "hello" not in page


def test_a_feed_is_followed(site: SampleSite, publisher: str) -> None:
    answer = Visitor(site.app).post("/feeds", data={"url": f"{publisher}/feed.xml"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/feeds?done=added")
    assert feed_titled(site, "Quay Courier").article_count == 1


def test_a_page_offers_the_feeds_it_declares(site: SampleSite, publisher: str) -> None:
    visitor = Visitor(site.app)
    answer = visitor.post("/feeds", data={"url": f"{publisher}/"})
    assert answer.status_code == 422
    choices = re.findall(r'type="hidden" name="url" value="([^"]+)"', answer.text)
    assert choices == [f"{publisher}/feed.xml", f"{publisher}/sport.xml"]
    assert visitor.post("/feeds", data={"url": choices[1]}).status_code == 303


def test_a_feed_that_fails_is_followed_and_says_so(site: SampleSite, publisher: str) -> None:
    visitor = Visitor(site.app)
    answer = visitor.post("/feeds", data={"url": f"{publisher}/nothing.xml"})
    assert answer.headers["location"].startswith("/feeds?done=added-failing&feed=")
    assert "http_404" in visitor.get("/feeds").text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("", 400),
        ("not an address", 400),
        ("javascript:alert(1)", 400),
        ("x" * 3000, 400),
        ("https://kestrel.example/feed.xml", 409),
    ],
)
def test_a_bad_address_is_explained(site: SampleSite, publisher: str, address: str, status: int) -> None:
    if status == 409:
        address = f"{publisher}/feed.xml"
        Visitor(site.app).post("/feeds", data={"url": address})
    answer = Visitor(site.app).post("/feeds", data={"url": address})
    assert answer.status_code == status
    assert "That could not be followed." in answer.text
    assert 'role="alert"' in answer.text


def test_an_address_is_shown_again_as_text(site: SampleSite) -> None:
    answer = Visitor(site.app).post("/feeds", data={"url": '"><script>alert(1)</script> x'})
    assert answer.text.count("<script") == 1  # ours
    assert "&lt;script&gt;" in answer.text


def test_opml_is_taken_in_and_each_feed_accounted_for(site: SampleSite) -> None:
    answer = Visitor(site.app).post("/feeds/import", files={"opml": ("mine.opml", OPML, "text/x-opml")})
    assert answer.status_code == 200
    assert "1 feed added, 1 followed already, 1 not taken in." in plain(answer.text)
    assert "http://[bad/feed" in answer.text
    assert site.wakes == 1


@pytest.mark.parametrize("data", [b"", b"not xml", b"<html></html>"])
def test_what_is_not_opml_is_explained(site: SampleSite, data: bytes) -> None:
    answer = Visitor(site.app).post("/feeds/import", files={"opml": ("x.opml", data, "text/xml")})
    assert answer.status_code in (400, 422)
    assert "The file was not taken in." in answer.text


def test_opml_that_is_too_large_is_refused_unread(site: SampleSite) -> None:
    files = {"opml": ("x.opml", b" " * (MAX_UPLOAD_BYTES + 1), "text/xml")}
    answer = Visitor(site.app).post("/feeds/import", files=files)
    assert answer.status_code == 413
    assert "5 MB" in answer.text


def test_feeds_are_exported_as_opml(site: SampleSite) -> None:
    answer = Visitor(site.app).get("/feeds.opml")
    assert answer.headers["content-disposition"] == 'attachment; filename="nutgraf-feeds.opml"'
    assert answer.headers["content-type"].startswith("text/x-opml")
    for feed in site.store.list_feeds():
        assert feed.url.encode() in answer.content
