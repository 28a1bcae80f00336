"""Fetches per second from a loopback farm: Nutgraf's fetcher (policy, limits, turns) beside a bare httpx client.

    .venv/bin/python -m benchmarks.fetch [--documents 2000] [--rounds 3]

Every document comes from an origin of its own over a new connection, as polling feeds does. The farm runs in a process
of its own; both clients run in this one on uvloop, 100 requests at once, taking turns; the best round counts.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import httpx
import uvloop

from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.http import FetchOptions, HttpFetcher
from nutgraf.domain.document import FetchRequest, Purpose

AT_ONCE = 100
FEED = b"<rss><channel>" + b"<item><title>A title of usual length</title></item>" * 600 + b"</channel></rss>"
UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nConnection: close\r\n\r\n'
Fetch = Callable[[str], Awaitable[int]]


class FarmProtocol(asyncio.Protocol):
    """Answers any request with the feed, or with 304 where it names the validator."""

    page = gzip.compress(FEED)
    head = b'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\nETag: "1"\r\n'
    answer = head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(page) + page

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(UNCHANGED if b"If-None-Match" in data else self.answer)
        self.transport.close()


async def serve_farm(pipe: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(FarmProtocol, "0.0.0.0", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def run_farm(pipe: Connection) -> None:
    uvloop.run(serve_farm(pipe))


async def per_second(urls: list[str], fetch: Fetch, expected_status: int) -> float:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(url: str) -> None:
        async with slots:
            status = await fetch(url)
        if status != expected_status:
            raise RuntimeError(f"{url} answered {status}")

    started_at_s = time.perf_counter()
    await asyncio.gather(*map(one, urls))
    return len(urls) / (time.perf_counter() - started_at_s)


async def measure_nutgraf(urls: list[str], port: int, etag: str) -> float:
    fetcher = HttpFetcher(FetchOptions(allow_private=(f"127.0.0.0/8:{port}",)), SystemClock())

    async def fetch(url: str) -> int:
        return (await fetcher.fetch(FetchRequest(url, Purpose.FEED, etag=etag))).status

    try:
        return await per_second(urls, fetch, 304 if etag else 200)
    finally:
        await fetcher.close()


async def measure_httpx(urls: list[str], etag: str) -> float:
    headers = {"Connection": "close"} | ({"If-None-Match": etag} if etag else {})
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
    async with httpx.AsyncClient(headers=headers, limits=limits, trust_env=False, timeout=30) as client:

        async def fetch(url: str) -> int:
            return (await client.get(url)).status_code

        return await per_second(urls, fetch, 304 if etag else 200)


async def compare(port: int, documents: int, rounds: int) -> None:
    urls = [f"http://127.{1 + n // 62_500}.{n // 250 % 250}.{1 + n % 250}:{port}/feed" for n in range(documents)]
    print(f"{documents} documents of {len(FEED):,} bytes, each from its own origin, {AT_ONCE} at once")
    for name, etag in (("new", ""), ("unchanged", '"1"')):
        ours, theirs = 0.0, 0.0
        for _ in range(rounds):
            ours = max(ours, await measure_nutgraf(urls, port, etag))
            theirs = max(theirs, await measure_httpx(urls, etag))
        print(f"{name:>10}: nutgraf {ours:7,.0f}/s   httpx {theirs:7,.0f}/s   ratio {ours / theirs:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    farm = spawn.Process(target=run_farm, args=(theirs,), daemon=True)
    farm.start()
    try:
        uvloop.run(compare(ours.recv(), options.documents, options.rounds))
    finally:
        farm.terminate()


if __name__ == "__main__":
    main()
