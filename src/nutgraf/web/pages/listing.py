"""Lists of briefs a page at a time, for the front page, topics and publishers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from nutgraf.domain.records import BriefCard, BriefQuery
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.rendering import site_of

PAGE_SIZE = 18
"""Fills whole rows of two and of three columns."""
CURSOR = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of briefs; `older_href` leads to the next, empty on the last."""

    cards: tuple[BriefCard, ...]
    older_href: str
    is_first: bool


def list_page(request: Request, query: BriefQuery, *, page_size: int = PAGE_SIZE) -> Listing:
    """The page of `query` that the request's `before` asks for. Raises HTTPException 400 for a malformed cursor."""
    before = request.query_params.get("before", "")
    if before and not CURSOR.fullmatch(before):
        raise HTTPException(400, "The address of this page of the list is damaged.")
    services = site_of(request).services
    cards = services.store.list_briefs(replace(query, before=before, limit=page_size + 1), reader_id=reader_of(request))
    shown = tuple(cards[:page_size])
    has_older = len(cards) > page_size
    older_href = f"{request.url.path}?{urlencode({'before': shown[-1].sort_key})}" if has_older else ""
    return Listing(cards=shown, older_href=older_href, is_first=not before)
