"""Whatever a publisher sends, it is named in plain words, its neighbours go on, and it can be tried again."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from loopback_press import serving
from nutgraf.bootstrap import build_application, open_application_store
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.records import BriefQuery, FeedRecord, FeedState
from nutgraf.settings import Settings, load_settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

PARAGRAPHS = (
    "The harbour board of Holm voted on Monday to bring back the winter ferry, four years after it was cut.",
    "The boat will sail twice a day from November, said Ida Marsh, who chairs the board, and will carry 120 people.",
    "The service was ended in 2022, when the fuel bill reached 3.1 million crowns, a third of the board’s budget.",
    "Islanders had collected 2,400 signatures for its return, more than half of those who may vote there.",
    "“We have waited long enough,” said Per Aune, a teacher on the island, after the vote.",
    "The board will ask the county for 900,000 crowns in January; without them the ferry sails for one winter only.",
)

OTHER_PARAGRAPHS = (
    "A court in Skarv has fined a fish farm 640,000 crowns for letting salmon escape into the river in two storms.",
    "Judge Ane Rolf said the company had known for a year that its nets were worn and had put off new ones.",
    "Some 11,000 fish swam free, the fishery office found; about 3,000 of them were caught again by anglers.",
    "The company’s director, Tor Vik, said it would appeal and that the nets had passed an inspection in spring.",
    "The river trust has asked that no farm be allowed within four kilometres of the mouth of the river.",
)


def feed_of(*paths: str) -> bytes:
    items = "".join(
        f"<item><guid>{path}</guid><title>News {path}</title><link>BASE{path}</link></item>" for path in paths
    )
    return f"<rss version='2.0'><channel><title>Holm News</title>{items}</channel></rss>".encode()


def page_of(paragraphs: tuple[str, ...], extra: str = "") -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><title>Ferry returns</title>{extra}</head>"
        f"<body><nav><a href=/>Home</a></nav><article><h1>Ferry returns to Holm</h1>{body}</article></body></html>"
    ).encode()


@dataclass
class World:
    """A publisher's server whose answers the tests set: path -> (status, content type, body)."""

    base_url: str
    port: int
    answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)

    def put(self, path: str, body: bytes, content_type: str = "text/html", status: int = 200) -> str:
        self.answers[path] = (status, content_type, body.replace(b"BASE", self.base_url.encode()))
        return self.base_url + path


@pytest.fixture
def world() -> Iterator[World]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    world = World(f"http://127.0.0.1:{port}", port)

    async def answer(request: Request) -> Response:
        path = request.url.path
        if path == "/endless":
            return StreamingResponse(fifty_megabytes(), media_type="application/rss+xml")
        if path == "/silent":
            await asyncio.sleep(60)
        if path not in world.answers:
            return PlainTextResponse("no such page", 404)
        status, content_type, body = world.answers[path]
        return Response(body, status, {"content-type": content_type})

    with serving(Starlette(routes=[Route("/{path:path}", answer)]), listener):
        yield world


async def fifty_megabytes() -> AsyncIterator[bytes]:
    for _ in range(50):
        yield b"<!-- -->" * 131_072


@pytest.fixture
def settings(tmp_path: Path, world: World) -> Settings:
    allowed = (f"127.0.0.1/32:{world.port}",)
    return load_settings(
        data_dir=tmp_path,
        work={"processes": 1},
        fetch={"host_gap_s": 0, "allow_private": allowed, "total_timeout_s": 3.0},
    )


def poll(settings: Settings, *urls: str) -> dict[str, FeedRecord]:
    """Subscribe to `urls`, run until idle, and give the feeds by address."""

    async def run() -> dict[str, FeedRecord]:
        application = build_application(settings)
        store = application.store
        known = {feed.url for feed in store.list_feeds()}
        for url in urls:
            if url not in known:
                store.add_feed(url, now=NOW)
        store.poll_soon(None, now=application.clock.now())
        try:
            await application.runner.run_until_idle()
            return {feed.url: feed for feed in store.list_feeds()}
        finally:
            await application.close()

    return asyncio.run(run())


@pytest.mark.slow
def test_every_bad_feed_is_named_and_its_neighbour_goes_on(settings: Settings, world: World) -> None:
    world.put("/good-article", page_of(PARAGRAPHS))
    good = world.put("/good.xml", feed_of("/good-article"), "application/rss+xml")
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    bad = {
        world.put("/empty", b"", "application/rss+xml"): "empty",
        world.put("/text", b"just some words", "text/plain"): "not_a_feed",
        world.put("/page", page_of(PARAGRAPHS)): "html_not_feed",
        world.base_url + "/absent": "http_404",
        world.put("/gone", b"", status=410): "http_410",
        world.put("/broken-server", b"", status=500): "http_500",
        world.base_url + "/endless": "too_large",
        world.base_url + "/silent": "timeout",
        f"https://127.0.0.1:{world.port}/tls.xml": "tls_failed",
        f"http://127.0.0.1:{closed.getsockname()[1]}/refused.xml": "blocked_url",
        "http://no-such-host.invalid/feed.xml": "dns_failed",
    }
    feeds = poll(settings, good, *bad)
    closed.close()
    found = {url: feeds[url].error_code for url in bad}
    assert found == bad
    assert all(re.match(r"[A-Z].{10,}\.", feeds[url].error_message) for url in bad), "each in a plain sentence"
    assert feeds[world.base_url + "/gone"].state is FeedState.GONE
    assert feeds[good].error_code == ""
    store = open_application_store(settings)
    assert [card.headline for card in store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)]
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            "broken XML",
            feed_of("/good-article").replace(b"</item>", b"</itm>").replace(b"<title>News", b"<title>A & B"),
        ),
        (
            "wrong charset",
            b"<?xml version='1.0' encoding='ascii'?>" + feed_of("/good-article").replace(b"Holm", b"H\xf6lm"),
        ),
    ],
)
def test_a_damaged_feed_is_read_all_the_same(name: str, body: bytes, settings: Settings, world: World) -> None:
    world.put("/good-article", page_of(PARAGRAPHS))
    url = world.put("/damaged.xml", body, "application/rss+xml")
    feed = poll(settings, url)[url]
    assert feed.error_code == "", name
    assert feed.article_count == 1


@pytest.mark.slow
def test_bad_articles_are_set_aside_and_can_be_replayed(settings: Settings, world: World) -> None:
    paths = ("/good", "/no-article", "/stub", "/missing", "/picture")
    url = world.put("/feed.xml", feed_of(*paths), "application/rss+xml")
    world.put("/good", page_of(PARAGRAPHS))
    world.put("/no-article", b"<!doctype html><title>Home</title><nav><a href=/1>One</a><a href=/2>Two</a></nav>")
    paywall = '<script type=\'application/ld+json\'>{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
    world.put("/stub", page_of(("Subscribe to read the rest of this story.",), paywall))
    world.put("/picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 4_000, "image/png")
    poll(settings, url)
    store = open_application_store(settings)
    aside = {record.url.removeprefix(world.base_url): record for record in store.list_quarantine()}
    assert set(aside) == {"/no-article", "/stub", "/missing", "/picture"}
    assert aside["/missing"].error_code == "http_404"
    assert all(record.error_code and re.match(r"[A-Z].{10,}\.", record.error_message) for record in aside.values())
    assert len(store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)) == 1

    world.put("/missing", page_of(OTHER_PARAGRAPHS))
    store.replay(aside["/missing"].article_id, now=datetime.now(UTC))
    store.close()
    poll(settings, url)
    store = open_application_store(settings)
    assert "/missing" not in {r.url.removeprefix(world.base_url) for r in store.list_quarantine()}
    assert len(store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)) == 2
    store.close()
