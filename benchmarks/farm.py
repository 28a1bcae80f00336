"""A farm of feeds on loopback, in processes of its own: polite servers, an address each, and hostile ones.

Polite feeds have 20 entries of about 1 KB, gzip and validators, and answer 304 to who names them. Hostile servers take
turns at HOSTILE_KINDS; each keeps up its act until the visitor hangs up.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gzip
import multiprocessing
import os
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import cast

import uvloop

ENTRIES = 20
PARAGRAPH = "Words of an article that the feed gives as its summary, with <a href='https://bench.example/'>a link</a>. "
VALIDATORS = b'ETag: "1"\r\nLast-Modified: Mon, 02 Mar 2026 08:00:00 GMT\r\n'
UNCHANGED = b"HTTP/1.1 304 Not Modified\r\n" + VALIDATORS + b"Connection: close\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
BOMB_BYTES = 200_000_000  # once unpacked; 1,000 times less before
DRIP_S = 0.5
PLAIN_KINDS = (
    "silence",
    "dripping-headers",
    "dripping-chunks",
    "endless-headers",
    "endless-body",
    "lying-length",
    "redirect-circle",
    "redirect-chain",
    "gzip-bomb",
    "hang-up",
)
HOSTILE_KINDS = (*PLAIN_KINDS, "tls")  # under https the address decides: silence, dripping or nonsense
TIRESOME_KINDS = ("too-many-requests", "out-of-order", "broken-xml", "huge", "slow")
"""Servers that answer, but as nobody likes it; `slow` ones are well after all."""
SLOW_S = 8.0


@dataclass(frozen=True, slots=True)
class Farm:
    """Where the farm is: the ports of its polite and its hostile servers."""

    polite_port: int
    hostile_port: int

    def polite_urls(self, count: int) -> list[str]:
        """Addresses of `count` polite feeds, each with a host of its own."""
        return [f"http://{_host(1, n)}:{self.polite_port}/{n}" for n in range(count)]

    def hostile_urls(self, count: int, kinds: Sequence[str] = HOSTILE_KINDS) -> list[str]:
        """Addresses of `count` hostile servers, likewise, whose kinds take turns."""
        urls = []
        for n in range(count):
            kind = kinds[n % len(kinds)]
            scheme = "https" if kind == "tls" else "http"
            urls.append(f"{scheme}://{_host(100, n)}:{self.hostile_port}/{kind}")
        return urls

    @property
    def allowances(self) -> tuple[str, ...]:
        """What `fetch.allow_private` needs to hold."""
        return f"127.0.0.0/8:{self.polite_port}", f"127.0.0.0/8:{self.hostile_port}"


@contextlib.contextmanager
def running_farm(cores: set[int], *, polite: Callable[[], asyncio.Protocol] | None = None) -> Iterator[Farm]:
    """A farm that runs on these cores only; its hostile half gives way to the polite one, which is what is timed.

    `polite` makes the protocol of the polite half's connections; it must pickle.
    """
    spawn = multiprocessing.get_context("spawn")
    ports, processes = [], []
    try:
        for is_hostile in (False, True):
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_run, args=(theirs, cores, is_hostile, polite or PoliteServer), daemon=True)
            process.start()
            processes.append(process)
            ports.append(ours.recv())
        yield Farm(*ports)
    finally:
        for process in processes:
            process.kill()
            process.join()


def _host(first: int, n: int) -> str:
    return f"127.{first + n // 62_500}.{n // 250 % 250}.{1 + n % 250}"


def _run(pipe: Connection, cores: set[int], is_hostile: bool, polite: Callable[[], asyncio.Protocol]) -> None:
    os.sched_setaffinity(0, cores)
    if is_hostile:
        os.nice(19)
    uvloop.run(_serve(pipe, is_hostile, polite))


async def _serve(pipe: Connection, is_hostile: bool, polite: Callable[[], asyncio.Protocol]) -> None:
    if is_hostile:
        _make_bomb()
        server = await asyncio.start_server(_be_hostile, "0.0.0.0", 0, backlog=4096)
    else:
        server = await asyncio.get_running_loop().create_server(polite, "0.0.0.0", 0, backlog=4096)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class PoliteServer(asyncio.Protocol):
    """Answers one request with its feed, or with 304 where it names the validator."""

    answers: dict[bytes, bytes] = {}  # noqa: RUF012 - every connection's

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        path = data.split(b" ", 2)[1]
        self.transport.write(UNCHANGED if b'"1"' in data else self.answers.get(path) or self.make_answer(path))
        self.transport.close()

    def make_answer(self, path: bytes) -> bytes:
        """The feed at `path`, kept."""
        name = path.decode()
        items = "".join(
            f"<item><title>Story {n} of feed {name}</title><link>https://bench.example{name}/{n}</link>"
            f"<guid>https://bench.example{name}/{n}</guid><pubDate>Mon, 02 Mar 2026 {n:02}:00:00 GMT</pubDate>"
            f"<description><![CDATA[<p>Number {n}. {PARAGRAPH * 8}</p>]]></description></item>"
            for n in range(ENTRIES)
        )
        body = gzip.compress(f"<rss version='2.0'><channel><title>Feed {name}</title>{items}</channel></rss>".encode())
        head = HEAD + VALIDATORS + b"Content-Encoding: gzip\r\nConnection: close\r\n"
        self.answers[path] = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
        return self.answers[path]


async def _be_hostile(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        first = await reader.readexactly(1)
        if first == b"\x16":  # a TLS handshake
            last_octet = int(writer.get_extra_info("sockname")[0].rpartition(".")[2])
            await TLS_ACTS[last_octet % len(TLS_ACTS)](writer)
        else:
            request = await reader.readuntil(b"\r\n\r\n")
            await ACTS.get(request.split(b" ", 2)[1].decode().split("/")[1], _silence)(writer)
    writer.close()


Act = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def _silence(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(120)


def _sending(data: bytes) -> Act:
    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return act


def _repeating(start: bytes, piece: bytes, pause_s: float = 0.0) -> Act:
    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return act


def _lying(start: bytes) -> Act:
    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await _silence(writer)

    return act


async def _bomb(writer: asyncio.StreamWriter) -> None:
    bomb = _make_bomb()
    writer.write(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb)
    await writer.drain()


@functools.cache
def _make_bomb() -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1_000_000)
    return b"".join(deflate.compress(zeros) for _ in range(BOMB_BYTES // len(zeros))) + deflate.flush()


async def _redirect_onwards(writer: asyncio.StreamWriter) -> None:
    target = b"Location: /redirect-chain/%s\r\n" % os.urandom(6).hex().encode()
    writer.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n" + target + b"\r\n")


async def _be_slow(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(SLOW_S)
    await _sending(_whole(b"200 OK", b"<rss version='2.0'><channel><title>Slow, but well</title></channel></rss>"))(
        writer
    )


async def _be_huge(writer: asyncio.StreamWriter) -> None:
    await _sending(_make_huge())(writer)


@functools.cache
def _make_huge() -> bytes:
    """A feed of 4 MB, whose articles are on a server that is silent."""
    items = "".join(
        f"<item><title>Long story {n}</title><guid>{n}</guid><link>/story/{n}</link>"
        f"<description>{PARAGRAPH.replace('<', '&lt;') * 3_000}</description></item>"
        for n in range(ENTRIES // 2)
    )
    return _whole(b"200 OK", f"<rss version='2.0'><channel><title>Huge</title>{items}</channel></rss>".encode())


def _whole(status: bytes, body: bytes, header: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: application/rss+xml\r\nConnection: close\r\n%s" % (status, header)
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


ACTS: dict[str, Act] = {
    "too-many-requests": _sending(_whole(b"429 Too Many Requests", b"", b"Retry-After: 600\r\n")),
    "out-of-order": _sending(_whole(b"503 Service Unavailable", b"")),
    "broken-xml": _sending(_whole(b"200 OK", b"<rss><channel><item><title>\x00\xff\xfe" + b"<b>" * 20_000)),
    "huge": _be_huge,
    "slow": _be_slow,
    "silence": _silence,
    "dripping-headers": _repeating(HEAD, b"X-More: more\r\n", DRIP_S),
    "dripping-chunks": _repeating(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", DRIP_S),
    "endless-headers": _repeating(HEAD, b"X-More: " + b"x" * 1_000 + b"\r\n"),
    "endless-body": _repeating(HEAD + b"\r\n", b"<item><title>More</title></item>" * 1_000),
    "lying-length": _lying(HEAD + b"Content-Length: 9000000\r\n\r\n<rss version='2.0'>"),
    "redirect-circle": _sending(b"HTTP/1.1 301 Moved\r\nLocation: /redirect-circle\r\nContent-Length: 0\r\n\r\n"),
    "redirect-chain": _redirect_onwards,
    "gzip-bomb": _bomb,
    "hang-up": _sending(b""),
}
TLS_ACTS: tuple[Act, ...] = (
    _silence,
    _repeating(b"\x16\x03\x03\x40\x00", b"\x02", DRIP_S),
    _sending(b"\x15\x03\x03\x00\x02\x02\x28" + bytes(200)),
)
