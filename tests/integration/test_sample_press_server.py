"""The sample press over real HTTP on loopback, with a clock that the test moves."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import feedparser
import httpx
import pytest
import uvicorn

from nutgraf.domain.picture import PictureKind
from nutgraf.sample_press.library import load_manuscripts, load_publishers
from nutgraf.sample_press.server import FEED_PATHS, create_press, feed_urls
from nutgraf.sample_press.stories import Story, stories_at
from nutgraf.stages.picture import inspect_picture

EDITION = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
CORRECTED_FEED = "/harbour-post/feed.xml"
CORRECTED_ARTICLE = "/harbour-post/business/ferrow-railway-to-reopen"
MANUSCRIPTS = load_manuscripts(load_publishers())
PUBLISHER_SLUGS = [publisher.slug for publisher in load_publishers()]


@dataclass
class MovedClock:
    moment: datetime = EDITION

    def now(self) -> datetime:
        return self.moment


@dataclass
class Press:
    client: httpx.Client
    clock: MovedClock
    base_url: str


@pytest.fixture(scope="module")
def running() -> Iterator[Press]:
    clock = MovedClock()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = create_press(EDITION, base_url=base_url, now=clock.now)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        with httpx.Client(base_url=base_url, timeout=30) as client:
            yield Press(client, clock, base_url)
        server.should_exit = True
        thread.join(timeout=30)


@pytest.fixture
def press(running: Press) -> Press:
    running.clock.moment = EDITION
    return running


def stories_of(slug: str, now: datetime = EDITION) -> list[Story]:
    own = [m for m in MANUSCRIPTS if m.publisher.slug == slug]
    return stories_at(own, edition=EDITION, now=now)


@pytest.mark.parametrize("path", [path for path in FEED_PATHS if path.endswith(".xml")])
def test_every_xml_feed_parses_with_its_articles(press: Press, path: str) -> None:
    stories = stories_of(path.split("/")[1])
    feed = feedparser.parse(press.client.get(path).content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.feed.title
    assert [entry.title for entry in feed.entries] == [story.title for story in stories]
    assert [entry.link for entry in feed.entries] == [press.base_url + story.path for story in stories]
    for entry, story in zip(feed.entries, stories, strict=True):
        published = entry.get("published_parsed") or entry.updated_parsed
        assert datetime(*published[:6], tzinfo=UTC) == story.published_at
        assert entry.author == story.byline
        assert entry.summary == story.standfirst


def test_the_feeds_are_of_four_formats_of_xml(press: Press) -> None:
    versions = [feedparser.parse(press.client.get(path).content).version for path in FEED_PATHS if "json" not in path]
    assert versions == ["rss20", "atom10", "rss10", "rss20"]


def test_json_feed(press: Press) -> None:
    answer = press.client.get("/fieldnote/feed.json")
    feed = json.loads(answer.content)
    stories = stories_of("fieldnote")
    assert answer.headers["content-type"].startswith("application/feed+json")
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["title"] for item in feed["items"]] == [story.title for story in stories]
    assert [item["id"] for item in feed["items"]] == [press.base_url + story.path for story in stories]


def test_the_full_text_feed_holds_the_text(press: Press) -> None:
    feed = feedparser.parse(press.client.get("/seeblick-zeitung/feed.xml").content)
    for entry, story in zip(feed.entries, stories_of("seeblick-zeitung"), strict=True):
        paragraphs = [block.lines[0] for block in story.blocks if block.kind == "paragraph"]
        assert all(paragraph in entry.content[0].value for paragraph in paragraphs)


@pytest.mark.parametrize("path", [*FEED_PATHS, CORRECTED_ARTICLE, "/harbour-post/", "/robots.txt"])
def test_validators_give_304_without_a_body(press: Press, path: str) -> None:
    first = press.client.get(path)
    assert first.status_code == 200
    assert not first.headers["etag"].startswith("W/")
    for condition in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = press.client.get(path, headers=condition)
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == first.headers["etag"]
    for condition in (
        {"If-None-Match": '"another"'},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday, or so"},
        {"If-None-Match": '"another"', "If-Modified-Since": first.headers["last-modified"]},
    ):
        assert press.client.get(path, headers=condition).status_code == 200


def test_feeds_may_be_kept_for_a_minute(press: Press) -> None:
    assert all(press.client.get(path).headers["cache-control"] == "max-age=60" for path in FEED_PATHS)


def test_head_and_gzip(press: Press) -> None:
    plain = press.client.get(CORRECTED_FEED, headers={"Accept-Encoding": "identity"})
    refused = press.client.get(CORRECTED_FEED, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    with press.client.stream("GET", CORRECTED_FEED, headers={"Accept-Encoding": "br, gzip;q=0.5"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] != plain.headers["etag"]
    assert gzip.decompress(raw) == plain.content
    head = press.client.head(CORRECTED_FEED, headers={"Accept-Encoding": "identity"})
    assert head.content == b""
    assert head.headers["content-length"] == str(len(plain.content))
    assert head.headers["etag"] == plain.headers["etag"]


def test_the_correction_is_served_from_its_minute_on(press: Press) -> None:
    feed_before = press.client.get(CORRECTED_FEED)
    page_before = press.client.get(CORRECTED_ARTICLE)
    press.clock.moment = EDITION + timedelta(minutes=6)
    feed_after = press.client.get(CORRECTED_FEED, headers={"If-None-Match": feed_before.headers["etag"]})
    page_after = press.client.get(CORRECTED_ARTICLE, headers={"If-None-Match": page_before.headers["etag"]})

    assert "1.84bn-mark plan" in feed_before.text
    assert feed_after.status_code == 200
    assert "1.48bn-mark plan" in feed_after.text
    assert "1.84bn" not in feed_after.text
    (entry,) = [e for e in feedparser.parse(feed_after.content).entries if e.link.endswith(CORRECTED_ARTICLE)]
    assert entry.updated_parsed[:6] == (2026, 11, 23, 17, 6, 0)

    assert "Correction" not in page_before.text
    assert "An earlier version of this article gave the cost" in page_after.text
    assert "at a cost of 1.48bn marks" in page_after.text
    assert linked_data(page_before.text)["dateModified"] == "2026-11-23T16:13:00+00:00"
    assert linked_data(page_after.text)["dateModified"] == "2026-11-23T17:06:00+00:00"
    assert linked_data(page_after.text)["datePublished"] == "2026-11-23T16:13:00+00:00"


def test_nothing_is_listed_before_it_is_out(press: Press) -> None:
    press.clock.moment = EDITION - timedelta(minutes=60)
    titles = [entry.title for entry in feedparser.parse(press.client.get(CORRECTED_FEED).content).entries]
    assert titles
    assert not any("Ferrow" in title for title in titles)
    assert "Ferrow" not in press.client.get("/harbour-post/").text
    assert press.client.get(CORRECTED_ARTICLE).status_code == 404


@pytest.mark.parametrize("slug", PUBLISHER_SLUGS)
def test_pages_say_what_they_are_and_lead_to_each_other(press: Press, slug: str) -> None:
    home = press.client.get(f"/{slug}/").text
    assert f'href="{press.base_url}{next(p for p in FEED_PATHS if slug in p)}"' in home
    for story in stories_of(slug):
        assert f'href="{story.path}"' in home
        page = press.client.get(story.path).text
        assert "Sample press: everything here is invented" in page
        assert f'<link rel="canonical" href="{press.base_url}{story.path}">' in page
        assert "{" not in "".join(re.findall(r"<p[^>]*>(.*?)</p>", page))
        for link in set(re.findall(r'(?:href|src)="(/[^"]*)"', page)):
            assert press.client.get(link).status_code == 200, link


def test_a_picture_is_well_formed_and_always_the_same(press: Press) -> None:
    first = press.client.get("/harbour-post/img/ferrow-railway-to-reopen.png")
    again = press.client.get("/harbour-post/img/ferrow-railway-to-reopen.png")
    assert first.headers["content-type"] == "image/png"
    assert inspect_picture(first.content, PictureKind.LEAD).media_type == "image/png"
    assert first.content == again.content


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/harbour-post/world/nothing", "/harbour-post/nothing/", "/x/y/z", "/harbour-post/img/no.png"]
)
def test_what_is_not_there_is_404(press: Press, path: str) -> None:
    answer = press.client.get(path)
    assert answer.status_code == 404
    assert "Sample press: everything here is invented" in answer.text


def test_the_copy_has_its_own_address_and_publisher(press: Press) -> None:
    copy = linked_data(press.client.get("/harbour-post/world/tamarro-islanders-moved-to-safety").text)
    source = linked_data(press.client.get("/meridian-wire/world/tamarro-volcano-evacuation").text)
    assert copy["url"] != source["url"]
    assert (copy["publisher"]["name"], source["publisher"]["name"]) == ("The Harbour Post", "Meridian Wire")


def test_feed_urls(press: Press) -> None:
    urls = feed_urls(press.base_url + "/")
    assert len(urls) == len(PUBLISHER_SLUGS)
    assert all(press.client.get(url).status_code == 200 for url in urls)


def test_a_naive_edition_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        create_press(datetime(2026, 1, 1), base_url="http://127.0.0.1", now=lambda: EDITION)  # noqa: DTZ001


def linked_data(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data
