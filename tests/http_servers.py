"""Real servers on loopback for tests of fetching: polite ones by aiohttp, hostile ones by bare sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.http import FetchOptions, HttpFetcher
from nutgraf.domain.document import Document, FetchRequest, Purpose

RawHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def site(*routes: web.RouteDef) -> AsyncIterator[int]:
    """The port of a web server with these routes."""
    application = web.Application()
    application.add_routes(routes)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def raw_server(handle: RawHandler, **options) -> AsyncIterator[int]:
    """The port of a server that does with each connection whatever `handle` does."""
    running: set[asyncio.Task[None]] = set()

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        running.add(task)
        try:
            with contextlib.suppress(OSError):
                await handle(reader, writer)
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0, **options)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def answer(data: bytes) -> RawHandler:
    """Read the request, send these bytes, hang up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()

    return handle


@contextlib.asynccontextmanager
async def fetcher_for(*ports: int, clock=None, **options) -> AsyncIterator[HttpFetcher]:
    """A fetcher that may reach these ports on loopback."""
    allowed = tuple(f"127.0.0.0/8:{port}" for port in ports)
    fetcher = HttpFetcher(FetchOptions(allow_private=allowed, **options), clock or SystemClock())
    try:
        yield fetcher
    finally:
        await fetcher.close()


async def fetch(port: int, path: str = "/", *, purpose: Purpose = Purpose.FEED, **options) -> Document:
    """Fetch one document from loopback with a fetcher of its own."""
    async with fetcher_for(port, **options) as fetcher:
        return await fetcher.fetch(FetchRequest(f"http://127.0.0.1:{port}{path}", purpose))
