"""GET /robots.txt: this is one reader's own site, not for crawlers (RFC 9309)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse


async def robots_txt(request: Request) -> PlainTextResponse:
    """Disallow everything."""
    return PlainTextResponse("User-agent: *\nDisallow: /\n", headers={"Cache-Control": "public, max-age=86400"})
