"""The contract of ports.Fetcher, on the fake and on the real fetcher before a real server."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import web

from fakes import FakeFetcher
from http_servers import fetcher_for, site
from nutgraf.domain.document import Document, FetchRequest, Purpose
from nutgraf.errors import Blocked, FetchError, HTTPStatus

ETAG = 'W/"a,b \\ c"'
LAST_MODIFIED = "Mon, 02 Mar 2026 08:00:00 GMT"
BODY = "<rss>Größe</rss>".encode("latin-1")
TYPE = "application/rss+xml; charset=iso-8859-1"
VALIDATORS = {"ETag": ETAG, "Last-Modified": LAST_MODIFIED}


@contextlib.asynccontextmanager
async def fake_world():
    base = "https://news.example"
    document = Document(
        f"{base}/feed",
        f"{base}/feed",
        200,
        body=BODY,
        content_type=TYPE,
        etag=ETAG,
        last_modified=LAST_MODIFIED,
        max_age_s=1800,
    )
    gone = HTTPStatus("The document is gone for good, says the server. (HTTP 410)", status=410, url=f"{base}/gone")
    busy = HTTPStatus("Busy. (HTTP 503)", status=503, url=f"{base}/busy", retry_after_s=120.0)
    fetcher = FakeFetcher({f"{base}/feed": document, f"{base}/gone": gone, f"{base}/busy": busy})
    yield fetcher, base
    await fetcher.close()


@contextlib.asynccontextmanager
async def real_world():
    async def feed(request):
        headers = {**VALIDATORS, "Cache-Control": "public, max-age=1800"}
        if request.headers.get("If-None-Match", "") == ETAG or (
            "If-None-Match" not in request.headers and request.headers.get("If-Modified-Since") == LAST_MODIFIED
        ):
            return web.Response(status=304, headers=headers)
        return web.Response(body=BODY, headers={**headers, "Content-Type": TYPE})

    async def gone(request):
        return web.Response(status=410, text="gone")

    async def busy(request):
        return web.Response(status=503, headers={"Retry-After": "120"})

    async with (
        site(web.get("/feed", feed), web.get("/gone", gone), web.get("/busy", busy)) as port,
        fetcher_for(port) as fetcher,
    ):
        yield fetcher, f"http://127.0.0.1:{port}"


@pytest.fixture(params=[fake_world, real_world])
def in_world(request):
    def run(check):
        async def main():
            async with request.param() as (fetcher, base):
                return await check(fetcher, base)

        return asyncio.run(main())

    return run


def fetched(in_world, path, **validators):
    return in_world(lambda fetcher, base: fetcher.fetch(FetchRequest(base + path, Purpose.FEED, **validators)))


def refused(in_world, url, purpose=Purpose.FEED):
    async def check(fetcher, base):
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(FetchRequest(url if ":" in url else base + url, purpose))
        return caught.value

    return in_world(check)


def test_gives_the_document_as_the_server_sent_it(in_world):
    document = fetched(in_world, "/feed")
    assert document.body == BODY
    assert (document.status, document.content_type, document.not_modified) == (200, TYPE, False)
    assert (document.etag, document.last_modified, document.max_age_s) == (ETAG, LAST_MODIFIED, 1800)
    assert document.url == document.final_url
    assert document.moved_to == ""


@pytest.mark.parametrize(
    "validators",
    [{"etag": ETAG, "last_modified": LAST_MODIFIED}, {"etag": ETAG}, {"last_modified": LAST_MODIFIED}],
)
def test_matching_validators_give_not_modified_without_a_body(in_world, validators):
    document = fetched(in_world, "/feed", **validators)
    assert (document.status, document.not_modified, document.body) == (304, True, b"")
    assert (document.etag, document.last_modified) == (ETAG, LAST_MODIFIED)


def test_a_stale_validator_gives_the_new_document(in_world):
    document = fetched(in_world, "/feed", etag='"old"', last_modified=LAST_MODIFIED)
    assert (document.status, document.body) == (200, BODY)


@pytest.mark.parametrize(("path", "status", "retryable"), [("/none", 404, False), ("/gone", 410, False)])
def test_a_refusal_names_its_status(in_world, path, status, retryable):
    error = refused(in_world, path)
    assert type(error) is HTTPStatus
    assert (error.status, error.code, error.retryable) == (status, f"http_{status}", retryable)
    assert error.url.endswith(path)
    assert error.message.endswith(f"(HTTP {status})")


def test_a_busy_server_is_retryable_at_its_own_time(in_world):
    error = refused(in_world, "/busy")
    assert (error.code, error.retryable, error.retry_after_s) == ("http_503", True, 120.0)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://news.example/feed", "blocked_url"),
        ("http://user@news.example/feed", "blocked_url"),
        ("http://news.example:25/feed", "blocked_url"),
        ("http://10.0.0.1/feed", "blocked_address"),
    ],
)
def test_what_may_not_be_fetched_is_blocked(in_world, url, code):
    error = refused(in_world, url)
    assert type(error) is Blocked
    assert (error.code, error.retryable) == (code, False)


def test_something_that_is_no_address_is_refused(in_world):
    assert refused(in_world, "http://[::1").code == "bad_url"


def test_many_at_once_each_get_their_own(in_world):
    async def check(fetcher, base):
        paths = ["/feed", "/none", "/gone"] * 10
        requests = (fetcher.fetch(FetchRequest(base + path, Purpose.FEED)) for path in paths)
        return await asyncio.gather(*requests, return_exceptions=True)

    answers = in_world(check)
    assert [getattr(answer, "status", None) for answer in answers] == [200, 404, 410] * 10


def test_close_is_idempotent_and_final(in_world):
    async def check(fetcher, base):
        await fetcher.close()
        await fetcher.close()
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(FetchRequest(f"{base}/feed", Purpose.FEED))
        return caught.value

    assert in_world(check).code == "closed"
