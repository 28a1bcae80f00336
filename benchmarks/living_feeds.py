"""Polite feeds that live: each brings a new article now and then, and serves the article's page."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import cast

from benchmarks.scale import page

KEPT_ENTRIES = 20
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class LivingServer(asyncio.Protocol):
    """One connection. `/N` is feed N, which has an article every `period_s` from `began_at_s` on; `/N/K` is a page.

    The feeds' moments are spread over the period, so that articles appear evenly.
    """

    def __init__(self, began_at_s: float, period_s: float) -> None:
        self._began_at_s = began_at_s
        self._period_s = period_s

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        path = data.split(b" ", 2)[1].decode("ascii", "replace")
        self._transport.write(self._answer(path, data))
        self._transport.close()

    def _answer(self, path: str, request: bytes) -> bytes:
        feed, _, article = path[1:].partition("/")
        if not feed.isdecimal():
            return _NOT_FOUND
        if article:
            body = page(random.Random(f"{feed} {article}"), int(feed) * 1_000 + int(article))
            return _found("text/html; charset=utf-8", body)
        latest = int((time.time() - self._first_at_s(int(feed))) // self._period_s)
        tag = f'"{latest}"'
        if tag.encode() in request:
            return b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"
        return _found("application/rss+xml", self._feed(int(feed), latest), f"ETag: {tag}\r\n")

    def _first_at_s(self, feed: int) -> float:
        return self._began_at_s + random.Random(feed).random() * self._period_s

    def _feed(self, feed: int, latest: int) -> bytes:
        items = []
        for number in range(max(0, latest - KEPT_ENTRIES + 1), latest + 1):
            at = datetime.fromtimestamp(self._first_at_s(feed) + number * self._period_s, UTC)
            items.append(
                f"<item><title>Report {number} of {feed}</title><link>/{feed}/{number}</link>"
                f"<guid>{feed}-{number}</guid><pubDate>{format_datetime(at)}</pubDate></item>"
            )
        return f"<rss version='2.0'><channel><title>Feed {feed}</title>{''.join(items)}</channel></rss>".encode()


def _found(content_type: str, body: bytes, header: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nConnection: close\r\n{header}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
