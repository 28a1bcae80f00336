"""The front page: the latest briefs of every publisher."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.records import BriefCard, BriefQuery
from nutgraf.web.pages.listing import PAGE_SIZE, list_page
from nutgraf.web.rendering import render, site_of

EMPTY_REFRESH_S = 2
LEAD_CANDIDATES = 5


def front_page(request: Request) -> Response:
    """GET /: the latest briefs. An empty page loads itself again while the pipeline is at work, and only then."""
    services = site_of(request).services
    is_first = not request.query_params.get("before")
    listing = list_page(request, BriefQuery(), page_size=PAGE_SIZE + 1 if is_first else PAGE_SIZE)
    lead = choose_lead(listing.cards) if is_first else None
    progress = services.progress()
    has_feeds = True
    headers: dict[str, str] = {}
    if is_first and not listing.cards:
        has_feeds = services.store.next_due_at() is not None
        if progress:
            headers["Refresh"] = str(EMPTY_REFRESH_S)
    return render(
        request,
        "front.html",
        headers=headers,
        listing=listing,
        lead=lead,
        rest=[card for card in listing.cards if card is not lead],
        progress=progress,
        has_feeds=has_feeds,
    )


def choose_lead(cards: Sequence[BriefCard]) -> BriefCard | None:
    """The brief shown large: the latest that is not short among the first LEAD_CANDIDATES, else the latest."""
    fuller = (card for card in cards[:LEAD_CANDIDATES] if not card.is_short)
    return next(fuller, cards[0] if cards else None)
