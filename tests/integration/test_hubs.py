"""WebSub before a real hub on loopback: subscribing, pushes, renewal, ending, and callers who are no hub."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from starlette.applications import Starlette

from fakes import FakeClock
from http_servers import fetcher_for, site
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore
from nutgraf.pipeline.hubs import HubSubscriber
from nutgraf.pipeline.polling import FeedPoller
from nutgraf.pipeline.schedule import IntervalLimits
from nutgraf.pipeline.work import TASKS
from nutgraf.web.app import create_app
from nutgraf.web.pages.hub_callback import MAX_PUSH_BYTES
from sample_site.site import make_sample_site

PUBLIC_URL = "https://news.example"
DAY_S = 86_400


class Hub:
    """A hub with one topic, as the Recommendation describes it; it verifies before it answers, or says no."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self.lease_s: int | None = 10 * DAY_S
        self.denies = False
        self.status = 202
        self.requests: list[dict[str, str]] = []
        self.callback = self.secret = ""
        self.verified: list[bool] = []

    async def take(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.requests.append(form)
        if self.status != 202:
            return web.Response(status=self.status, headers={"Location": "/elsewhere"})
        mode = "denied" if self.denies else form["hub.mode"]
        await self.verify(form["hub.callback"], mode, form["hub.topic"])
        if mode == "subscribe":
            self.callback, self.secret = form["hub.callback"], form["hub.secret"]
        return web.Response(status=202)

    async def verify(self, callback: str, mode: str, topic: str, challenge: str = "challenge-7") -> httpx.Response:
        query = {"hub.mode": mode, "hub.topic": topic}
        if mode != "denied":
            query["hub.challenge"] = challenge
            if self.lease_s is not None:
                query["hub.lease_seconds"] = str(self.lease_s)
        answer = await self.call("GET", callback, params=query)
        self.verified.append(answer.status_code == 200 and answer.text == challenge)
        return answer

    async def push(self, body: bytes, *, algorithm: str = "sha256", secret: str = "", signature: str | None = None):
        digest = hmac.new((secret or self.secret).encode(), body, algorithm).hexdigest()
        headers = {"X-Hub-Signature": f"{algorithm}={digest}" if signature is None else signature}
        return await self.call("POST", self.callback, content=body, headers=headers)

    async def call(self, method: str, url: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, **options)


class World:
    """A feed that declares a hub, the hub, and a Nutgraf with a public address that follows the feed."""

    def __init__(self, store: SqlStore, app: Starlette, clock: FakeClock, wakes: list[int]) -> None:
        self.store, self.app, self.clock, self.wakes = store, app, clock, wakes
        self.hub = Hub(app)
        self.declares_hub = True
        self.polls = 0
        self.subscriber: HubSubscriber
        self.poller: FeedPoller

    async def feed(self, request: web.Request) -> web.Response:
        self.polls += 1
        base = f"http://127.0.0.1:{request.url.port}"
        hub = f'<link rel="hub" href="{base}/hub"/><link rel="self" href="{base}/feed"/>' if self.declares_hub else ""
        items = "".join(
            f"<entry><id>{n}</id><title>News {n}</title><link href='{base}/{n}'/>"
            f"<updated>2026-03-02T0{n}:00:00Z</updated></entry>"
            for n in range(3)
        )
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Press</title>{hub}{items}</feed>'
        return web.Response(text=body, content_type="application/atom+xml")

    async def poll(self):
        (feed,) = self.store.list_feeds()
        await self.poller.poll(feed)
        return self.store.list_feeds()[0]


@contextlib.asynccontextmanager
async def following(folder: Path) -> AsyncIterator[World]:
    """The world just after the feed was first polled."""
    clock, wakes = FakeClock(), []
    sample = make_sample_site(folder, is_filled=False)
    services = sample.app.state.site.services
    app = create_app(
        type(services)(
            **{name: getattr(services, name) for name in services.__slots__}
            | {
                "clock": clock,
                "wake": lambda: wakes.append(1),
                "needs_login": True,
                "public_url": PUBLIC_URL,
                "allowed_hosts": frozenset({"news.example"}),
            }
        )
    )
    world = World(sample.store, app, clock, wakes)  # type: ignore[arg-type]
    routes = [web.get("/feed", world.feed), web.post("/hub", world.hub.take)]
    try:
        async with site(*routes) as port, fetcher_for(port, clock=clock) as fetcher:
            world.subscriber = HubSubscriber(store=world.store, fetcher=fetcher, clock=clock, public_url=PUBLIC_URL)
            world.poller = FeedPoller(
                store=world.store,
                fetcher=fetcher,
                stages=InlineStageRunner(TASKS),
                clock=clock,
                limits_for=lambda url: IntervalLimits(),
            )
            world.store.add_feed(f"http://127.0.0.1:{port}/feed", now=clock.now())
            await world.poll()
            yield world
    finally:
        sample.store.close()


def in_world(folder: Path, act: Any) -> None:
    async def run() -> None:
        async with following(folder) as world:
            await act(world)

    asyncio.run(run())


def test_a_declared_hub_is_asked_and_verified(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        assert await world.subscriber.request_due() == 1
        (request,) = world.hub.requests
        assert request["hub.mode"] == "subscribe"
        assert request["hub.topic"].endswith("/feed")
        assert request["hub.callback"].startswith(f"{PUBLIC_URL}/websub/")
        assert len(request["hub.callback"].rpartition("/")[2]) >= 40, "not to be guessed"
        assert len(request["hub.secret"]) >= 40
        assert world.hub.verified == [True]
        (feed,) = world.store.list_feeds()
        assert feed.pushed_until == world.clock.now() + timedelta(days=10)
        assert await world.subscriber.request_due() == 0, "asked once"

        world.clock.advance(3_600)
        feed = await world.poll()
        assert feed.next_poll_at - world.clock.now() >= timedelta(hours=6), "less often, but still"
        assert feed.next_poll_at - world.clock.now() <= timedelta(hours=24)

    in_world(tmp_path, act)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signed_push_makes_the_feed_due(tmp_path: Path, algorithm: str) -> None:
    async def act(world: World) -> None:
        await world.subscriber.request_due()
        world.clock.advance(600)
        answer = await world.hub.push(b"<feed/>", algorithm=algorithm)
        assert (answer.status_code, answer.content) == (202, b"")
        assert len(world.store.due_feeds(now=world.clock.now(), limit=9)) == 1
        assert world.wakes
        await world.poll()
        await world.hub.push(b"<feed/>")
        assert world.store.due_feeds(now=world.clock.now(), limit=9) == [], "not twice within a minute"
        assert len(world.store.due_feeds(now=world.clock.now() + timedelta(seconds=61), limit=9)) == 1

    in_world(tmp_path, act)


def test_a_push_brings_nothing_in_by_itself(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        await world.subscriber.request_due()
        planted = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id><title>Planted</title></entry></feed>'
        before = world.store.list_feeds()[0].article_count
        await world.hub.push(planted)
        assert world.store.list_feeds()[0].article_count == before

    in_world(tmp_path, act)


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=" + "0" * 64, "md5=" + "0" * 32, "sha256", "sha1=" + "0" * 40, "x" * 5_000]
)
def test_an_unsigned_push_is_ignored_without_a_word(tmp_path: Path, signature: str) -> None:
    async def act(world: World) -> None:
        await world.subscriber.request_due()
        world.clock.advance(600)
        assert (await world.hub.push(b"<feed/>", signature=signature)).status_code == 202
        assert (await world.hub.push(b"<feed/>", secret="guessed")).status_code == 202
        assert world.store.due_feeds(now=world.clock.now(), limit=9) == []
        assert not world.wakes

    in_world(tmp_path, act)


def test_others_learn_nothing_at_the_callback(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        await world.subscriber.request_due()
        hub, topic = world.hub, world.hub.requests[0]["hub.topic"]
        elsewhere = f"{PUBLIC_URL}/websub/{'a' * 43}"
        assert (await hub.verify(elsewhere, "subscribe", topic)).status_code == 404
        assert (await hub.verify(hub.callback, "subscribe", topic + "?other")).status_code == 404
        assert (await hub.verify(hub.callback, "unsubscribe", topic)).status_code == 404, "we did not ask for it"
        assert (await hub.verify(hub.callback, "subscribe", topic, "<script>\n")).status_code == 404
        assert (await hub.verify(hub.callback, "subscribe", topic, "c" * 2_000)).status_code == 404
        assert (await hub.call("POST", elsewhere, content=b"x")).status_code == 410
        answer = await hub.verify(hub.callback, "subscribe", topic, "<script>alert(1)</script>")
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["x-content-type-options"] == "nosniff"
        too_much = {"Content-Length": str(MAX_PUSH_BYTES + 1)}
        assert (await hub.call("POST", hub.callback, content=b"x", headers=too_much)).status_code == 413

        for path in ("/", "/feeds", "/websub", f"/websub/{'a' * 43}/feeds", "/feeds/1/poll"):
            answer = await hub.call("GET", PUBLIC_URL + path)
            assert answer.status_code in (303, 403, 404, 405), path
        assert (await hub.call("POST", f"{PUBLIC_URL}/feeds/poll")).status_code in (401, 403)
        assert (await hub.call("GET", hub.callback.replace("news.example", "other.example"))).status_code == 400

    in_world(tmp_path, act)


def test_a_lease_is_renewed_with_the_same_secret_before_it_ends(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        world.hub.lease_s = 10 * DAY_S
        await world.subscriber.request_due()
        world.clock.advance(7.9 * DAY_S)
        assert await world.subscriber.request_due() == 0
        world.clock.advance(0.2 * DAY_S)
        assert await world.subscriber.request_due() == 1
        first, second = world.hub.requests
        assert second == first
        assert world.store.list_feeds()[0].pushed_until == world.clock.now() + timedelta(days=10)

    in_world(tmp_path, act)


@pytest.mark.parametrize(("lease_s", "kept_s"), [(1, 300), (10**11, 30 * DAY_S), (None, 10 * DAY_S)])
def test_leases_have_bounds(tmp_path: Path, lease_s: int | None, kept_s: int) -> None:
    async def act(world: World) -> None:
        world.hub.lease_s = lease_s
        await world.subscriber.request_due()
        assert world.store.list_feeds()[0].pushed_until == world.clock.now() + timedelta(seconds=kept_s)

    in_world(tmp_path, act)


def test_a_hub_that_fails_is_asked_less_and_less(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        world.hub.status = 500
        asked_at = []
        for hour in range(24):
            if await world.subscriber.request_due():
                asked_at.append(hour)
            world.clock.advance(3_601)
        assert asked_at == [0, 1, 3, 7, 15]
        assert world.store.list_feeds()[0].pushed_until is None

    in_world(tmp_path, act)


def test_a_hub_sends_the_secret_nowhere_by_a_redirect(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        world.hub.status = 307
        await world.subscriber.request_due()
        assert len(world.hub.requests) == 1

    in_world(tmp_path, act)


def test_a_hub_that_refuses_is_asked_again_after_a_week(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        world.hub.denies = True
        await world.subscriber.request_due()
        world.clock.advance(6.9 * DAY_S)
        assert await world.subscriber.request_due() == 0
        world.hub.denies = False
        world.clock.advance(0.2 * DAY_S)
        await world.subscriber.request_due()
        assert world.store.list_feeds()[0].pushed_until is not None

    in_world(tmp_path, act)


@pytest.mark.parametrize("how", ["removed", "no hub"])
def test_what_is_no_longer_wanted_is_ended_at_the_hub(tmp_path: Path, how: str) -> None:
    async def act(world: World) -> None:
        await world.subscriber.request_due()
        (feed,) = world.store.list_feeds()
        if how == "removed":
            world.store.remove_feed(feed.id)
        else:
            world.declares_hub = False
            await world.poll()
        assert await world.subscriber.request_due() == 1
        assert world.hub.requests[-1]["hub.mode"] == "unsubscribe"
        assert "hub.secret" not in world.hub.requests[-1]
        assert world.hub.verified == [True, True]
        assert (await world.hub.push(b"<feed/>")).status_code == 410
        world.clock.advance(DAY_S)
        assert await world.subscriber.request_due() == 0
        assert [feed.pushed_until for feed in world.store.list_feeds()] in ([], [None])

    in_world(tmp_path, act)


def test_without_a_public_address_no_hub_is_asked(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        silent = HubSubscriber(store=world.store, fetcher=None, clock=world.clock, public_url="")  # type: ignore[arg-type]
        await asyncio.wait_for(silent.run_forever(), 5)
        assert world.hub.requests == []

    in_world(tmp_path, act)
