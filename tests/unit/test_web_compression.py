"""Which coding an answer is sent in, and which answers are."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import brotli
import httpx
import pytest
from starlette.responses import Response, StreamingResponse

from nutgraf.web.compression import MIN_BYTES, Compression, choose_coding

TEXT = "A pier opens. " * 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0, br; q=0", ""),
        ("identity, *", ""),
        ("br;q=much, gzip", "gzip"),
        ("," * 10_000, ""),
    ],
)
def test_the_coding_that_the_browser_would_rather_have(accepted: str, coding: str) -> None:
    assert choose_coding(accepted) == coding


def get(response: Response, accept_encoding: str) -> tuple[httpx.Headers, bytes]:
    """The headers, and the body as it was sent."""
    sent: list[dict[str, Any]] = []

    async def run() -> None:
        scope = {"type": "http", "method": "GET", "headers": [(b"accept-encoding", accept_encoding.encode())]}

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        await Compression(response)(scope, receive, send)

    asyncio.run(run())
    headers = httpx.Headers(sent[0]["headers"])
    return headers, b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize(("coding", "decode"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
def test_text_is_compressed_and_says_so(coding: str, decode: Any) -> None:
    headers, body = get(Response(TEXT, media_type="text/html", headers={"ETag": '"a"'}), coding)
    assert decode(body) == TEXT.encode()
    assert headers["content-encoding"] == coding
    assert headers["content-length"] == str(len(body)) != str(len(TEXT))
    assert headers["vary"] == "Accept-Encoding"
    assert headers["etag"] == 'W/"a"'


@pytest.mark.parametrize(
    "response",
    [
        Response(TEXT[: MIN_BYTES - 1], media_type="text/html"),
        Response(TEXT, media_type="image/png"),
        Response(TEXT, media_type="text/html", headers={"Content-Encoding": "gzip"}),
    ],
)
def test_what_would_not_gain_goes_out_as_it_is(response: Response) -> None:
    plain = response.headers.get("content-encoding")
    headers, body = get(response, "gzip")
    assert body == response.body
    assert headers.get("content-encoding") == plain


def test_what_comes_in_pieces_goes_through() -> None:
    async def pieces() -> Any:
        for _ in range(3):
            yield TEXT

    headers, body = get(StreamingResponse(pieces(), media_type="text/html"), "gzip")
    assert "content-encoding" not in headers
    assert body == TEXT.encode() * 3
