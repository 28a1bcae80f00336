"""The fetcher before real servers: redirects, manners, encodings, robots.txt, TLS."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib

import brotli
import pytest
import trustme
import uvloop
from aiohttp import web
from multidict import CIMultiDict

from fakes import FakeClock
from http_servers import answer, fetch, fetcher_for, raw_server, site
from nutgraf.adapters.http import FetchOptions, HttpFetcher
from nutgraf.adapters.http.codings import zstd
from nutgraf.domain.document import FetchRequest, Purpose
from nutgraf.errors import Blocked, ConfigError, FetchError


async def hello(request):
    return web.Response(text="hello")


def redirect(status, location):
    async def handle(request):
        return web.Response(status=status, headers={"Location": location.replace("PORT", str(request.url.port))})

    return handle


def on_site(check, *routes, run=asyncio.run):
    async def main():
        async with site(*routes) as port:
            return await check(port)

    return run(main())


def refusal(path, *routes, purpose=Purpose.FEED, **options):
    async def check(port):
        with pytest.raises(FetchError) as caught:
            await fetch(port, path, purpose=purpose, **options)
        return caught.value

    return on_site(check, *routes)


# Redirects


@pytest.mark.parametrize(
    ("hops", "is_move"),
    [
        ([301], True),
        ([308], True),
        ([301, 308], True),
        ([302], False),
        ([307], False),
        ([303], False),
        ([301, 302], False),
    ],
)
def test_only_permanent_redirects_all_the_way_are_a_move(hops, is_move):
    routes = [web.get(f"/{number}", redirect(status, f"/{number + 1}")) for number, status in enumerate(hops)]
    routes.append(web.get(f"/{len(hops)}", hello))

    async def check(port):
        document = await fetch(port, "/0#part")
        return document, f"http://127.0.0.1:{port}"

    document, base = on_site(check, *routes)
    assert document.url == f"{base}/0#part"
    assert document.final_url == f"{base}/{len(hops)}"
    assert document.moved_to == (document.final_url if is_move else "")
    assert document.body == b"hello"


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://127.0.0.1:8080/secret", "blocked_address"),
        ("http://10.0.0.1/", "blocked_address"),
        ("http://[::1]:PORT/", "blocked_address"),
        ("http://①②⑦.0.0.1/", "blocked_address"),
        ("//169.254.169.254/latest", "blocked_address"),
        ("http://user:word@127.0.0.1:PORT/end", "blocked_url"),
        ("ftp://127.0.0.1/", "blocked_url"),
        ("file:///etc/passwd", "blocked_url"),
        ("javascript:alert(1)", "blocked_url"),
        ("http://127.0.0.1:22/", "blocked_url"),
        ("http://127.1:PORT/", "blocked_url"),
        ("http://[::1", "bad_redirect"),
        ("http://127.0.0.1:99999/", "bad_redirect"),
        ("/start", "redirect_loop"),
        ("/start#other", "redirect_loop"),
        ("/other", "redirect_loop"),
    ],
)
def test_every_redirect_is_checked(location, code):
    routes = [
        web.get("/start", redirect(301, location)),
        web.get("/other", redirect(302, "/start")),
        web.get("/end", hello),
    ]
    error = refusal("/start", *routes)
    assert error.code == code
    assert isinstance(error, Blocked) == code.startswith("blocked")


def test_five_redirects_are_followed_and_six_are_not():
    routes = [web.get(f"/{number}", redirect(302, f"/{number + 1}")) for number in range(6)] + [web.get("/6", hello)]
    assert on_site(lambda port: fetch(port, "/1"), *routes).body == b"hello"
    assert refusal("/0", *routes).code == "too_many_redirects"


def test_a_redirect_to_nowhere_is_a_status():
    async def handle(request):
        return web.Response(status=302)

    assert refusal("/", web.get("/", handle)).code == "http_302"


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (b"/caf\xe9?q=1", "/caf%E9?q=1"),
        ("/café".encode(), "/caf%C3%A9"),
        (b"/a%2Cb?s=%2F%3D", "/a%2Cb?s=%2F%3D"),
        (b"two words", "/two%20words"),
        (b"//127.0.0.1:PORT/x/../y", "/y"),
        (b"?page=2", "/?page=2"),
    ],
)
def test_a_redirect_is_asked_for_as_it_was_written(location, path):
    asked = []

    async def handle(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).split()[1].decode())
        port = writer.get_extra_info("sockname")[1]
        target = b"Location: " + location.replace(b"PORT", b"%d" % port) + b"\r\n"
        status = b"302 Found" if len(asked) == 1 else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\n" + target + b"Content-Length: 0\r\n\r\n")
        await writer.drain()

    async def main():
        async with raw_server(handle) as port:
            await fetch(port)

    asyncio.run(main())
    assert asked == ["/", path]


def test_validators_follow_the_redirect_so_that_its_end_can_say_not_modified():
    async def end(request):
        return web.Response(status=304 if request.headers.get("If-None-Match") == '"v1"' else 200)

    async def check(port):
        async with fetcher_for(port) as fetcher:
            return await fetcher.fetch(FetchRequest(f"http://127.0.0.1:{port}/", Purpose.FEED, etag='"v1"'))

    document = on_site(check, web.get("/", redirect(302, "/end")), web.get("/end", end))
    assert document.not_modified


# What is sent


async def headers_sent(port, **options):
    seen = []

    async def handle(reader, writer):
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: id=7\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()

    async with raw_server(handle) as port, fetcher_for(port, **options) as fetcher:
        for purpose in (Purpose.FEED, Purpose.IMAGE):
            await fetcher.fetch(FetchRequest(f"http://127.0.0.1:{port}/x", purpose))
    return seen


def test_requests_say_who_we_are_and_carry_nothing_else(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    feed, image = asyncio.run(headers_sent(0, user_agent="Nutgraf/0.1 (+https://news.example)"))
    assert "User-Agent: Nutgraf/0.1 (+https://news.example)\r\n" in feed
    assert "Accept-Encoding: gzip, deflate, br, zstd\r\n" in feed
    assert "application/atom+xml" in feed
    assert "image/webp" in image
    assert "Connection: close" in feed
    for text in (feed, image):
        assert not any(name in text for name in ("Cookie", "Authorization", "Referer", "If-None-Match"))


def test_validators_that_would_break_a_request_are_not_sent():
    async def handle(request):
        return web.Response(text=str("If-None-Match" in request.headers))

    async def check(port):
        async with fetcher_for(port) as fetcher:
            return await fetcher.fetch(
                FetchRequest(f"http://127.0.0.1:{port}/", Purpose.FEED, etag='"a\r\nX: y"', last_modified="\udcff")
            )

    assert on_site(check, web.get("/", handle)).body == b"False"


# Encodings


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
@pytest.mark.parametrize(
    ("name", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstd.compress)],
)
def test_compressed_documents_arrive_decoded(name, pack, run):
    text = b"<rss/>" * 50_000

    async def handle(request):
        return web.Response(body=pack(text), headers={"Content-Encoding": name})

    assert on_site(lambda port: fetch(port), web.get("/", handle), run=run).body == text


def test_two_codings_are_refused_however_they_are_named():
    async def handle(request):
        headers = CIMultiDict([("Content-Encoding", "gzip"), ("Content-Encoding", "br")])
        return web.Response(body=gzip.compress(brotli.compress(b"<rss/>")), headers=headers)

    assert refusal("/", web.get("/", handle)).code == "unsupported_encoding"


# robots.txt


def robots(text, status=200):
    async def handle(request):
        return web.Response(text=text, status=status)

    return web.get("/robots.txt", handle)


def test_articles_obey_robots_and_feeds_do_not_ask():
    route = robots("User-agent: nutgraf\nDisallow: /private\n")
    routes = [route, web.get("/private", hello), web.get("/to", redirect(302, "/private"))]
    error = refusal("/private", *routes, purpose=Purpose.ARTICLE)
    assert (error.code, error.retryable) == ("blocked_robots", False)
    assert refusal("/to", *routes, purpose=Purpose.ARTICLE).code == "blocked_robots"
    assert on_site(lambda port: fetch(port, "/private"), *routes).body == b"hello"


def test_a_huge_robots_file_is_read_as_far_as_its_limit():
    text = "User-agent: *\nDisallow: /private\n" + "# padding padding padding\n" * 100_000
    routes = [robots(text), web.get("/private", hello), web.get("/open", hello)]
    assert refusal("/private", *routes, purpose=Purpose.ARTICLE).code == "blocked_robots"
    assert on_site(lambda port: fetch(port, "/open", purpose=Purpose.ARTICLE), *routes).body == b"hello"


def test_a_failing_robots_file_keeps_us_away_for_now():
    error = refusal("/", robots("", status=500), web.get("/", hello), purpose=Purpose.ARTICLE)
    assert (error.code, error.retryable) == ("robots_unreachable", True)


def test_robots_redirecting_to_a_private_address_is_not_followed():
    routes = [web.get("/robots.txt", redirect(302, "http://127.0.0.1:8080/robots.txt")), web.get("/", hello)]
    assert refusal("/", *routes, purpose=Purpose.ARTICLE).code == "blocked_address"


# Manners


def test_requests_to_one_host_come_one_at_a_time():
    present, most = [], []

    async def handle(request):
        present.append(1)
        most.append(len(present))
        await asyncio.sleep(0.01)
        present.pop()
        return web.Response(text="ok")

    async def check(port):
        async with fetcher_for(port, clock=FakeClock()) as fetcher:
            requests = (fetcher.fetch(FetchRequest(f"http://127.0.0.1:{port}/{n}", Purpose.FEED)) for n in range(8))
            await asyncio.gather(*requests)

    on_site(check, web.get("/{n}", handle))
    assert most == [1] * 8


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_operators_own_servers_are_visited_without_a_gap(host):
    clock = FakeClock()

    async def check(port):
        async with fetcher_for(port, clock=clock, host_gap_s=7.0) as fetcher:
            for _ in range(3):
                await fetcher.fetch(FetchRequest(f"http://{host}:{port}/", Purpose.FEED))

    on_site(check, web.get("/", hello))
    assert clock.slept_s == []


# TLS


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def authority_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def over_tls(authority, names, **options):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)

    async def main():
        page = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure")
        async with raw_server(page, ssl=context) as port, fetcher_for(port, **options) as fetcher:
            return await fetcher.fetch(FetchRequest(f"https://127.0.0.1:{port}/", Purpose.FEED))

    return asyncio.run(main())


def test_a_certificate_of_a_trusted_authority_is_accepted(authority, authority_file):
    assert over_tls(authority, ["127.0.0.1"], ca_file=authority_file).body == b"secure"


def test_an_unknown_authority_and_a_wrong_name_are_told_apart(authority, authority_file):
    with pytest.raises(FetchError, match="unknown authority") as caught:
        over_tls(authority, ["127.0.0.1"])
    assert caught.value.code == "tls_failed"
    with pytest.raises(FetchError, match="for another") as caught:
        over_tls(authority, ["news.example"], ca_file=authority_file)
    assert caught.value.code == "tls_failed"


def test_plain_http_where_tls_is_expected_is_a_tls_failure():
    async def greet(reader, writer):
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        await reader.read()

    async def main():
        async with raw_server(greet) as port, fetcher_for(port) as fetcher:
            await fetcher.fetch(FetchRequest(f"https://127.0.0.1:{port}/", Purpose.FEED))

    with pytest.raises(FetchError) as caught:
        asyncio.run(main())
    assert caught.value.code == "tls_failed"


def test_a_silent_tls_handshake_times_out():
    async def silence(reader, writer):
        await asyncio.sleep(60)

    async def main():
        async with raw_server(silence) as port, fetcher_for(port, connect_timeout_s=0.3) as fetcher:
            await fetcher.fetch(FetchRequest(f"https://127.0.0.1:{port}/", Purpose.FEED))

    with pytest.raises(FetchError) as caught:
        asyncio.run(main())
    assert caught.value.code == "timeout"


def test_a_missing_file_of_authorities_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigError):
        HttpFetcher(FetchOptions(ca_file=str(tmp_path / "none.pem")), FakeClock())
