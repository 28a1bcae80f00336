"""A visitor to the site without a browser: requests go straight into the application."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.applications import Starlette

from sample_site.site import BROWSER_AGENT

OWN_PAGE = {"sec-fetch-site": "same-origin"}


class Visitor:
    """Sends one request at a time as a browser would; follows no redirect."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET a page."""
        return self.send("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """POST a form of our own pages."""
        return self.send("POST", path, headers={**OWN_PAGE, **options.pop("headers", {})}, **options)

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        """Any request, the headers exactly as given beside User-Agent."""
        return asyncio.run(self._send(method, path, {"user-agent": BROWSER_AGENT, **(headers or {})}, options))

    async def _send(self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8321") as client:
            return await client.request(method, path, headers=headers, **options)
