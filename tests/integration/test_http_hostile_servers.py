"""Servers that drip, lie, flood, loop or talk nonsense: each costs one clear error and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import os
import socket
import tracemalloc

import brotli
import psutil
import pytest
import uvloop
from aiohttp.abc import AbstractResolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes import FakeClock
from http_servers import answer, fetch, fetcher_for, raw_server
from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.http import FetchOptions, HttpFetcher, connecting
from nutgraf.adapters.http.addresses import AddressPolicy
from nutgraf.adapters.http.codings import zstd
from nutgraf.adapters.http.connecting import PolicyResolver
from nutgraf.domain.document import FetchRequest, Purpose
from nutgraf.errors import FetchError

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
FAST = {"connect_timeout_s": 0.5, "read_timeout_s": 0.4, "total_timeout_s": 1.0}


def refused_by(handle, *, run=asyncio.run, **options):
    async def main():
        async with raw_server(handle) as port:
            with pytest.raises(FetchError) as caught:
                await fetch(port, **{**FAST, **options})
            return caught.value

    return run(main())


def drip(prefix, piece, *, pause_s=0.05):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(prefix)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return handle


def flood(prefix, piece):
    return drip(prefix, piece, pause_s=0)


async def silence(reader, writer):
    await asyncio.sleep(60)


async def hang_up(reader, writer):
    await reader.readuntil(b"\r\n\r\n")


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
@pytest.mark.parametrize(
    ("handle", "code"),
    [
        (silence, "timeout"),
        (drip(HEAD, b"X"), "timeout"),
        (drip(b"", b"H"), "bad_response"),
        (drip(HEAD + b"Content-Length: 1000\r\n\r\n", b"x"), "timeout"),
        (drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), "timeout"),
        (drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "timeout"),
        (hang_up, "connection_failed"),
        (answer(HEAD + b"Content-Length: 10\r\n\r\nshort"), "incomplete_body"),
        (answer(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "incomplete_body"),
        (answer(HEAD + b"Content-Length: 2\r\n\r\nok and more"), "bad_response"),
        (answer(HEAD + b"Content-Length: 50000000\r\n\r\n"), "too_large"),
        (answer(HEAD + b"Content-Encoding: compress\r\nContent-Length: 2\r\n\r\nok"), "unsupported_encoding"),
        (answer(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"), "bad_encoding"),
        (answer(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "http_304"),
        (answer(b"SSH-2.0-OpenSSH_9.9\r\n"), "bad_response"),
        (answer(b"HTTP/1.1 abc OK\r\n\r\n"), "bad_response"),
        (answer(b"HTTP/9.9 200 OK\r\nbad header\r\n\r\n"), "bad_response"),
        (answer(HEAD + b"X-Long: " + b"x" * 40_000 + b"\r\n\r\n"), "headers_too_large"),
        (answer(HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(80)) + b"\r\n"), "headers_too_large"),
    ],
)
def test_each_hostility_has_its_code(handle, code, run):
    assert refused_by(handle, run=run).code == code


@pytest.mark.parametrize("encoding", [b"", b"Content-Encoding: gzip\r\n"])
@pytest.mark.parametrize("framing", [b"", b"Transfer-Encoding: chunked\r\n"])
def test_an_endless_body_ends_at_the_limit(encoding, framing):
    piece = b"x" * 65_536 if not encoding else gzip.compress(bytes(50_000))
    if framing:
        piece = b"%x\r\n%s\r\n" % (len(piece), piece)
    error = refused_by(flood(HEAD + encoding + framing + b"\r\n", piece), total_timeout_s=20.0, read_timeout_s=10.0)
    assert error.code in ("too_large", "compression_bomb")


def test_endless_headers_end_at_the_limit():
    assert refused_by(flood(HEAD, b"X-More: " + b"x" * 100 + b"\r\n"), total_timeout_s=20.0).code in (
        "headers_too_large",
        "bad_response",
    )


def test_a_bomb_costs_no_more_memory_than_its_limit():
    bomb = gzip.compress(bytes(80_000_000), 9)
    page = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    tracemalloc.start()
    try:
        error = refused_by(answer(page), total_timeout_s=20.0, read_timeout_s=10.0)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.code in ("compression_bomb", "too_large")
    assert peak_bytes < 16_000_000


def test_an_error_that_is_kept_keeps_no_body():
    gc.disable()
    tracemalloc.start()
    try:
        kept = refused_by(flood(HEAD + b"\r\n", b"x" * 65_536), total_timeout_s=20.0, read_timeout_s=10.0)
        held_bytes = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert kept.code == "too_large"
    assert held_bytes < 3_000_000


@pytest.mark.parametrize("surplus", [b"\n", b"\r\n\r\n"])
def test_a_line_break_too_many_after_the_body_is_forgiven(surplus):
    async def main():
        async with raw_server(answer(HEAD + b"Content-Length: 2\r\n\r\nok" + surplus)) as port:
            return await fetch(port)

    assert asyncio.run(main()).body == b"ok"


def test_many_large_bodies_at_once_all_arrive_though_few_are_held():
    body = b"x" * 3_000_000
    page = answer(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def main():
        async with contextlib.AsyncExitStack() as stack:
            ports = [await stack.enter_async_context(raw_server(page)) for _ in range(6)]
            fetcher = await stack.enter_async_context(fetcher_for(*ports, max_medium_bodies=3, max_large_bodies=2))
            urls = [f"http://127.0.0.1:{port}/" for port in ports]
            return await asyncio.gather(*(fetcher.fetch(FetchRequest(url, Purpose.FEED)) for url in urls))

    assert [len(document.body) for document in asyncio.run(main())] == [3_000_000] * 6


def resident_bytes():
    return psutil.Process().memory_info().rss


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstd.compress)])
def test_many_bodies_that_decode_to_much_and_then_stall_are_held_small(name, pack):
    packed = pack(os.urandom(90_000) + bytes(8_000_000))
    head = HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (name.encode(), len(packed) + 1)

    async def stall(reader, writer):
        await answer(head + packed)(reader, writer)
        await asyncio.sleep(60)

    async def main():
        async with contextlib.AsyncExitStack() as stack:
            ports = [await stack.enter_async_context(raw_server(stall)) for _ in range(24)]
            options = {"max_medium_bodies": 4, "max_large_bodies": 2, "total_timeout_s": 3.0}
            fetcher = await stack.enter_async_context(fetcher_for(*ports, **options))
            requests = [FetchRequest(f"http://127.0.0.1:{port}/", Purpose.FEED) for port in ports]
            watching = asyncio.create_task(watch_memory())
            errors = await asyncio.gather(*map(fetcher.fetch, requests), return_exceptions=True)
            watching.cancel()
            return errors

    before_bytes = resident_bytes()
    seen_bytes = [before_bytes]

    async def watch_memory():
        while True:
            seen_bytes.append(resident_bytes())
            await asyncio.sleep(0.02)

    errors = asyncio.run(main())
    assert {error.code for error in errors} == {"timeout"}
    assert max(seen_bytes) - before_bytes < 80_000_000, "all of them decoded would be 192 MB"


def test_a_refused_connection_and_an_unknown_name_have_codes():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(FetchError) as caught:
            asyncio.run(fetch(port))
    assert (caught.value.code, caught.value.retryable) == ("connection_failed", True)

    async def unknown():
        async with fetcher_for(80) as fetcher:
            await fetcher.fetch(FetchRequest("http://no-such-host.invalid/", Purpose.FEED))

    with pytest.raises(FetchError) as caught:
        asyncio.run(unknown())
    assert caught.value.code == "dns_failed"


def test_a_neighbour_is_fetched_while_hostile_servers_hang():
    async def main():
        good = answer(HEAD + b"Content-Length: 2\r\n\r\nok")
        async with (
            raw_server(silence) as bad_port,
            raw_server(good) as port,
            fetcher_for(bad_port, port, **FAST) as fetcher,
        ):
            bad_request = FetchRequest(f"http://127.0.0.1:{bad_port}/", Purpose.FEED)
            bad = [asyncio.create_task(fetcher.fetch(bad_request)) for _ in range(5)]
            await asyncio.sleep(0)
            document = await fetcher.fetch(FetchRequest(f"http://127.0.0.1:{port}/", Purpose.FEED))
            assert not any(task.done() for task in bad)
            for task in bad:
                task.cancel()
            await asyncio.gather(*bad, return_exceptions=True)
            return document.body

    assert asyncio.run(main()) == b"ok"


# Names that resolve to what they should not


# A dead host


def test_three_hundred_feeds_of_a_silent_host_cost_three_connections():
    connections = []

    async def never_answer(reader, writer):
        connections.append(1)
        await asyncio.sleep(60)

    async def main():
        clock = FakeClock()
        async with raw_server(never_answer) as port, fetcher_for(port, clock=clock, **FAST) as fetcher:
            requests = (fetcher.fetch(FetchRequest(f"http://127.0.0.1:{port}/{n}", Purpose.FEED)) for n in range(300))
            errors = await asyncio.gather(*requests, return_exceptions=True)
            article = FetchRequest(f"http://127.0.0.1:{port}/article", Purpose.ARTICLE)
            for _ in range(2):
                with pytest.raises(FetchError) as caught:
                    await fetcher.fetch(article)
                errors.append(caught.value)
            return errors

    errors = asyncio.run(main())
    assert [error.code for error in errors] == ["timeout"] * 3 + ["host_down"] * 299
    assert all(error.retry_after_s == 300 for error in errors[3:])
    assert len(connections) == 3


def test_a_host_that_comes_back_is_found_by_one_probe():
    is_up = []

    async def handle(reader, writer):
        if is_up:
            await answer(HEAD + b"Content-Length: 6\r\n\r\n<rss/>")(reader, writer)

    async def main():
        clock = FakeClock()
        async with raw_server(handle) as port, fetcher_for(port, clock=clock, **FAST) as fetcher:

            async def code():
                try:
                    await fetcher.fetch(FetchRequest(f"http://127.0.0.1:{port}/", Purpose.FEED))
                except FetchError as error:
                    return error.code
                return "fetched"

            codes = [await code() for _ in range(4)]
            clock.advance(300)
            codes += [await code(), await code()]
            clock.advance(600)
            is_up.append(True)
            return [*codes, await code(), await code()]

    failed, held = "connection_failed", "host_down"
    assert asyncio.run(main()) == [failed, failed, failed, held, failed, held, "fetched", "fetched"]


def test_a_host_that_answers_but_never_ends_is_not_down():
    async def main():
        async with (
            raw_server(drip(HEAD + b"\r\n", b"x", pause_s=0.01)) as port,
            fetcher_for(port, **{**FAST, "total_timeout_s": 0.1}) as fetcher,
        ):
            request = FetchRequest(f"http://127.0.0.1:{port}/", Purpose.FEED)
            answers = [await asyncio.gather(fetcher.fetch(request), return_exceptions=True) for _ in range(5)]
            return [error.code for [error] in answers]

    assert asyncio.run(main()) == ["timeout"] * 5


def resolved_to(monkeypatch, *addresses):
    def getaddrinfo(host, port, family=0, type=0):
        answers = []
        for address in addresses:
            kind = socket.AF_INET6 if ":" in address else socket.AF_INET
            target = (address, port, 0, 0) if ":" in address else (address, port)
            answers.append((kind, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", target))
        return answers

    monkeypatch.setattr(connecting.socket, "getaddrinfo", getaddrinfo)


async def fetch_name(url="http://news.example/", *, allow_private=()):
    fetcher = HttpFetcher(FetchOptions(allow_private=allow_private), SystemClock())
    try:
        return await fetcher.fetch(FetchRequest(url, Purpose.FEED))
    finally:
        await fetcher.close()


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["192.0.2.1", "9.9.9.9"],
        ["9.9.9.9", "127.0.0.1"],
        ["2620:fe::fe", "fe80::1"],
    ],
)
def test_a_name_with_one_refused_address_is_refused(monkeypatch, addresses):
    resolved_to(monkeypatch, *addresses)
    with pytest.raises(FetchError) as caught:
        asyncio.run(fetch_name())
    assert caught.value.code == "blocked_address"


class Rebinding(AbstractResolver):
    """Gets past the check of names, as an address that changed between check and use would."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self):
        pass


def test_the_address_really_connected_to_is_checked_again(monkeypatch):
    monkeypatch.setattr(PolicyResolver, "resolve", Rebinding.resolve)
    with pytest.raises(FetchError) as caught:
        asyncio.run(fetch_name())
    assert caught.value.code == "blocked_address"


@pytest.mark.parametrize("resolve", ["names", "sockets"])
def test_a_name_cannot_be_bound_to_the_operators_own_network(monkeypatch, resolve):
    if resolve == "names":
        resolved_to(monkeypatch, "127.0.0.1")
    else:
        monkeypatch.setattr(PolicyResolver, "resolve", Rebinding.resolve)

    async def main():
        async with raw_server(answer(HEAD + b"Content-Length: 6\r\n\r\nsecret")) as port:
            allowance = f"127.0.0.0/8:{port}"
            document = await fetch_name(f"http://127.0.0.1:{port}/", allow_private=(allowance,))
            assert document.body == b"secret"
            named = await fetch_name(f"http://nas.home:{port}/", allow_private=(f"nas.home:{port}",))
            assert named.body == b"secret"
            await fetch_name(f"http://news.example:{port}/", allow_private=(allowance, f"nas.home:{port}"))

    with pytest.raises(FetchError) as caught:
        asyncio.run(main())
    assert caught.value.code == "blocked_address"


def test_the_socket_is_never_made_for_a_refused_address():
    policy = AddressPolicy()
    made = []

    async def main():
        connector = connecting.make_connector(policy, PolicyResolver(policy), connecting.make_tls_context(""))
        try:
            info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
            made.append(connector._socket_factory(info))
        finally:
            await connector.close()

    with pytest.raises(connecting.AddressRefused):
        asyncio.run(main())
    assert made == []


# Nonsense

HEADER_LINES = st.sampled_from(
    [
        b"Content-Length: 5",
        b"Content-Length: -1",
        b"Content-Length: 5, 5",
        b"Content-Length: 99999999999999999999",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: chunked, identity",
        b"Content-Encoding: gzip",
        b"Content-Encoding: deflate",
        b"Content-Type: \xff\xfe",
        b"ETag: \xe4\xf6",
        b"Cache-Control: max-age=\xb2",
        b"Retry-After: 9e9",
        b"Location: http://[",
        b"Location: \xff\x00",
        b"Set-Cookie: a=b; Domain=\xff",
        b": no name",
        b" folded",
        b"Connection: upgrade",
        b"Upgrade: websocket",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([b"200", b"204", b"206", b"301", b"304", b"101", b"100", b"429", b"503", b"999", b"000", b"20"]),
    st.lists(HEADER_LINES | st.binary(max_size=30), max_size=5),
    st.binary(max_size=80) | st.just(b"5\r\nhello\r\n0\r\n\r\n") | st.just(gzip.compress(b"hello")),
    st.sampled_from(list(Purpose)),
)
def test_whatever_a_server_says_only_fetch_errors_come_out(status, lines, body, purpose):
    head = b"\r\n".join([b"HTTP/1.1 " + status + b" X", *lines, b"", b""])

    async def main():
        async with raw_server(answer(head + body)) as port:
            return await fetch(port, "/feed", purpose=purpose, **FAST)

    message = "."
    try:
        asyncio.run(main())
    except FetchError as error:
        message = error.message
    assert message.endswith((".", ")"))


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=60) | st.text(max_size=40).map("http://{}".format) | st.text(max_size=40).map("https://{}/".format)
)
def test_whatever_the_address_only_fetch_errors_come_out(url):
    def offline(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connecting.socket, "getaddrinfo", offline)
        with pytest.raises(FetchError):
            asyncio.run(fetch_name(url))
