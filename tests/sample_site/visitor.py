"""A visitor to the site without a browser: requests go straight into the application."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.applications import Starlette

from nutgraf.web.accounts.identity import SESSION_COOKIE, Identity, form_token
from sample_site.site import BROWSER_AGENT

OWN_PAGE = {"sec-fetch-site": "same-origin"}


class Visitor:
    """Sends one request at a time as a browser would, keeping cookies; follows no redirect."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET a page."""
        return self.send("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """POST a form of our own pages, with its token."""
        headers = {**OWN_PAGE, **options.pop("headers", {})}
        return self.send("POST", f"{path}?form={self.form_token()}", headers=headers, **options)

    def form_token(self) -> str:
        """The token that our pages put into the forms shown to this visitor."""
        key = self._app.state.site.form_tokens.key_of(self.cookies.get(SESSION_COOKIE))
        return form_token(Identity(None, None, None, key))

    def sign_in(self, name: str, password: str) -> httpx.Response:
        """Send the form of the page for signing in."""
        return self.post("/login", data={"name": name, "password": password})

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        """Any request, the headers exactly as given beside User-Agent."""
        cookies = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        sent = {"user-agent": BROWSER_AGENT, **(cookies if self.cookies else {}), **(headers or {})}
        answer = asyncio.run(self._send(method, path, sent, options))
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if not self.cookies[name]:
                del self.cookies[name]
        return answer

    async def _send(self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8321") as client:
            return await client.request(method, path, headers=headers, **options)
