"""Lists of briefs a page at a time, without what the reader has muted or hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from nutgraf.domain.ids import ArticleId
from nutgraf.domain.marks import Mute
from nutgraf.domain.records import BriefCard, BriefQuery
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.muting import Muting
from nutgraf.web.rendering import site_of

PAGE_SIZE = 18
"""Fills whole rows of two and of three columns."""
CURSOR = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of briefs; `older_href` leads to the next, empty on the last.

    `hidden_count` briefs of the page are hidden or muted away; `folded` says which of `cards` to fold, and why.
    """

    cards: tuple[BriefCard, ...]
    older_href: str
    is_first: bool
    hidden_count: int = 0
    folded: Mapping[ArticleId, Mute] = field(default_factory=dict)


def list_page(request: Request, query: BriefQuery, *, page_size: int = PAGE_SIZE) -> Listing:
    """The page of `query` that the request's `before` asks for. Raises HTTPException 400 for a malformed cursor."""
    store, reader_id = site_of(request).services.store, reader_of(request)

    def load(before: str, limit: int) -> list[BriefCard]:
        return store.list_briefs(replace(query, before=before, limit=limit), reader_id=reader_id)

    return list_from(request, load, page_size=page_size)


def list_from(
    request: Request,
    load: Callable[[str, int], list[BriefCard]],
    *,
    page_size: int = PAGE_SIZE,
    keeps_hidden: bool = False,
) -> Listing:
    """The page of what `load` gives for a cursor and a number. `keeps_hidden`: mutes and hiding do not count here."""
    before = request.query_params.get("before", "")
    if before and not CURSOR.fullmatch(before):
        raise HTTPException(400, "The address of this page of the list is damaged.")
    cards = load(before, page_size + 1)
    page = cards[:page_size]
    has_older = len(cards) > page_size
    older_href = f"{request.url.path}?{urlencode({'before': page[-1].sort_key})}" if has_older else ""
    shown: Sequence[BriefCard] = page
    folded: Mapping[ArticleId, Mute] = {}
    if not keeps_hidden:
        mutes = site_of(request).services.store.mutes(reader_of(request))
        shown, folded = Muting(mutes).apply(page)
    return Listing(tuple(shown), older_href, not before, len(page) - len(shown), folded)
