"""Text is sent compressed to browsers that say they can read it.

Pages hold a secret, the token of forms, and may repeat what an address says: by the size of the compressed answer a
page elsewhere could guess the one from the other (BREACH). Hence tokens are masked anew in every answer
(accounts/identity.py).
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Mapping

import brotli  # type: ignore[import-untyped]
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIN_BYTES = 1_000
"""What fits into one packet with its headers gains nothing."""
MAX_BYTES = 8 * 2**20
"""Larger answers go out as they are: compressing one holds up every other."""

TEXT_TYPES = ("text/", "application/json", "application/feed+json", "application/atom+xml", "application/manifest+json")
TEXT_TYPES_WHOLE = ("application/xml", "image/svg+xml")


def _zstd(body: bytes) -> bytes:
    return zstd.compress(body, level=3)


def _brotli(body: bytes) -> bytes:
    compressed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=4)
    return compressed


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=5, mtime=0)


CODINGS: Mapping[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "br": _brotli, "gzip": _gzip}
"""By the name in Content-Encoding, the one we would rather use first."""


def choose_coding(accept_encoding: str) -> str:
    """The first of our codings among those of Accept-Encoding with the highest weight; empty where there is none."""
    weights: dict[str, float] = {}
    for part in accept_encoding[:500].split(","):
        name, _, parameters = part.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=")
        try:
            weights[name.strip().lower()] = float(weight) if weight else 1.0
        except ValueError:
            continue
    chosen = max(CODINGS, key=lambda name: weights.get(name, 0.0))
    return chosen if weights.get(chosen, 0.0) > 0 else ""


def is_text(media_type: str) -> bool:
    """Whether a media type is of text, which compression makes smaller."""
    return media_type.startswith(TEXT_TYPES) or media_type.partition(";")[0] in TEXT_TYPES_WHOLE


class Compression:
    """ASGI middleware: compresses whole answers of text; those that are sent in pieces go through as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        coding = choose_coding(Headers(scope=scope).get("accept-encoding", ""))
        await self.app(scope, receive, _compressing(send, coding))


def _compressing(send: Send, coding: str) -> Send:
    start: Message | None = None

    async def send_compressed(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        if start is not None:
            opening, start = start, None
            message = _compressed(opening, message, coding)
            await send(opening)
        await send(message)

    return send_compressed


def _compressed(start: Message, message: Message, coding: str) -> Message:
    """The body to send, with the headers in `start` mended where it is not the one given."""
    headers = MutableHeaders(scope=start)
    if not is_text(headers.get("content-type", "")) or "content-encoding" in headers:
        return message
    headers.add_vary_header("Accept-Encoding")
    body = message.get("body", b"")
    is_whole = message["type"] == "http.response.body" and not message.get("more_body", False)
    if not coding or not is_whole or not MIN_BYTES <= len(body) <= MAX_BYTES:
        return message
    smaller = CODINGS[coding](body)
    headers["Content-Encoding"] = coding
    headers["Content-Length"] = str(len(smaller))
    tag = headers.get("etag", "")
    if tag and not tag.startswith("W/"):
        headers["ETag"] = f"W/{tag}"  # a strong tag would promise the same bytes in every coding
    return {**message, "body": smaller}
