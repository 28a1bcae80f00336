"""The page of help: keys, and where things are."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from nutgraf.web.rendering import render


def help_page(request: Request) -> Response:
    """GET /help."""
    return render(request, "help.html")
