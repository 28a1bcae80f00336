"""The front page: the latest briefs of every publisher."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.records import BriefQuery
from nutgraf.web.pages.listing import list_page
from nutgraf.web.rendering import render, site_of

EMPTY_REFRESH_S = 2


def front_page(request: Request) -> Response:
    """GET /: the latest briefs. An empty page loads itself again while the pipeline is at work, and only then."""
    services = site_of(request).services
    listing = list_page(request, BriefQuery())
    progress = services.progress()
    has_feeds = True
    headers: dict[str, str] = {}
    if not listing.cards and listing.is_first:
        has_feeds = services.store.next_due_at() is not None
        if progress:
            headers["Refresh"] = str(EMPTY_REFRESH_S)
    return render(request, "front.html", headers=headers, listing=listing, progress=progress, has_feeds=has_feeds)
