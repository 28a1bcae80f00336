"""Pictures from a publisher's server to the reader's page, and what does not get there."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from fakes import FakeClock
from http_servers import fetcher_for, site
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.picture import PictureKind
from nutgraf.domain.records import ArticleState, BriefCard, BriefQuery
from nutgraf.pipeline.advancing import ArticleAdvancer
from nutgraf.pipeline.pictures import PictureCollector, PictureOptions
from nutgraf.pipeline.work import TASKS
from nutgraf.web.app import create_app
from pictures import png
from sample_site.site import make_sample_site
from sample_site.visitor import Visitor
from store_values import NOON, make_entry

PAGE = """<html lang=en><head><title>Ferry to run on Sundays</title>
<link rel=icon href=/icon.png><meta property="og:image" content="/lead.jpg">
<meta property="og:site_name" content="Harbour Post"></head><body><article><h1>Ferry to run on Sundays</h1>
<p>The ferry to Skerric will run on Sundays again from the first week of May, the harbour council said on Tuesday.</p>
<p>The council voted by nine to four for the plan, which will cost 40,000 crowns a year, said its chair Ada Holm.</p>
<p>Residents of the island had asked for the boat since the service ended six years ago.</p></article></body></html>"""


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


class Publisher:
    """A server with a page, an icon and a lead picture; `asked` keeps what was asked of it."""

    def __init__(self, lead: bytes, icon: bytes) -> None:
        self.bodies = {"/lead.jpg": lead, "/icon.png": icon}
        self.text = PAGE
        self.asked: list[web.Request] = []

    async def page(self, request: web.Request) -> web.Response:
        return web.Response(text=self.text, content_type="text/html")

    async def picture(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return web.Response(body=self.bodies[request.path], content_type="text/html")

    @property
    def routes(self) -> list[web.RouteDef]:
        return [web.get("/news", self.page), *(web.get(path, self.picture) for path in self.bodies)]


@contextlib.asynccontextmanager
async def collecting(store: SqlStore, publisher: Publisher) -> AsyncIterator[PictureCollector]:
    """A collector for the publisher's briefed page."""
    clock, stages = FakeClock(), InlineStageRunner(TASKS)
    async with site(*publisher.routes) as port, fetcher_for(port) as fetcher:
        entry = dataclasses.replace(make_entry("a"), url=f"http://127.0.0.1:{port}/news")
        store.add_article(entry, now=NOON)
        (record,) = store.due_articles([ArticleState.FOUND], now=NOON, limit=1)
        await ArticleAdvancer(store=store, fetcher=fetcher, stages=stages, clock=clock).advance(record)
        yield PictureCollector(store=store, fetcher=fetcher, stages=stages, clock=clock, options=PictureOptions())


def collect(store: SqlStore, *, lead: bytes, icon: bytes) -> tuple[BriefCard, Publisher]:
    publisher = Publisher(lead, icon)

    async def run() -> None:
        async with collecting(store, publisher) as collector:
            assert await collector.collect_due() == 2
            assert await collector.collect_due() == 0, "what failed is not tried again at once"

    asyncio.run(run())
    (card,) = store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)
    return card, publisher


def test_real_pictures_get_onto_the_page(store: SqlStore) -> None:
    card, publisher = collect(store, lead=png(640, 360), icon=png(64, 64) + b"<script>alert(1)</script>")
    assert card.lead_picture is not None
    assert card.publisher.icon is not None
    assert (card.lead_picture.width, card.lead_picture.height) == (640, 360)
    assert store.load_picture(card.publisher.icon.digest).body == png(64, 64), "nothing rides along"
    assert store.load_picture(card.lead_picture.digest).media_type == "image/png", "whatever the server calls it"
    for request in publisher.asked:
        assert not {"Referer", "Cookie", "Authorization"} & set(request.headers)


def test_hostile_pictures_do_not(store: SqlStore) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    card, _ = collect(store, lead=png(1, 1, claims=(60_000, 60_000)), icon=svg)
    assert card.lead_picture is None
    assert card.publisher.icon is None
    later = store.due_pictures(tuple(PictureKind), now=NOON.replace(year=2027), limit=9)
    assert [wanted.kind for wanted in later] == [PictureKind.ICON], "an icon may become a real one in a month"


def test_a_picture_at_a_private_address_is_not_fetched(store: SqlStore) -> None:
    publisher = Publisher(png(640, 360), png(64, 64))
    hidden: list[str] = []

    async def secret(request: web.Request) -> web.Response:
        hidden.append(request.path)
        return web.Response(body=png(640, 360))

    async def run() -> None:
        async with site(web.get("/{any:.*}", secret)) as other_port:
            publisher.bodies["/lead.jpg"] = png(640, 360)
            page = PAGE.replace('"/lead.jpg"', f'"http://127.0.0.1:{other_port}/lead.jpg"')
            publisher.text = page
            async with collecting(store, publisher) as collector:
                await collector.collect_due()

    asyncio.run(run())
    assert hidden == []
    (card,) = store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)
    assert card.lead_picture is None
    assert card.publisher.icon is not None


def test_the_site_serves_what_is_stored_and_nothing_else(tmp_path: Path, store: SqlStore) -> None:
    card, _ = collect(store, lead=png(640, 360), icon=png(64, 64))
    (tmp_path / "site").mkdir()
    sample = make_sample_site(tmp_path / "site", is_filled=False)
    sample.store.close()
    visitor = Visitor(create_app(dataclasses.replace(sample.app.state.site.services, store=store)))
    assert card.lead_picture is not None
    path = f"/pictures/{card.lead_picture.digest}"
    answer = visitor.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "immutable" in answer.headers["cache-control"]
    assert visitor.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    for other in ("0" * 64, "http://127.0.0.1/lead.jpg", "..%2f..%2fetc%2fpasswd", card.lead_picture.digest[:-1]):
        assert visitor.get(f"/pictures/{other}").status_code == 404
    page = visitor.get(f"/brief/{card.article_id}").text
    assert f'src="{path}" width="640" height="360"' in page
    assert "lead.jpg" not in page
