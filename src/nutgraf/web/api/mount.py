"""The JSON API as a part of the site that is built when it is first asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from nutgraf.web.rendering import Site

if TYPE_CHECKING:
    from fastapi import FastAPI

API_PATH = "/api/v1"


class LazyApi:
    """The API over `site`. Its routes are there for the gate, which asks the table of access about each."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._api: FastAPI | None = None
        self._lock = threading.Lock()

    @property
    def app(self) -> FastAPI:
        """The application; takes a fifth of a second the first time."""
        with self._lock:
            if self._api is None:
                from nutgraf.web.api.routes import build_api  # noqa: PLC0415 - most starts never need FastAPI

                self._api = build_api(self._site)
            return self._api

    @property
    def routes(self) -> list[BaseRoute]:
        """Its routes, as Starlette's Mount asks for them."""
        return self.app.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self.app(scope, receive, send)
