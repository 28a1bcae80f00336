"""Searching briefs, and the searches that a reader keeps."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.ids import SearchId
from nutgraf.domain.search import SearchOrder, SearchPage
from nutgraf.errors import Conflict
from nutgraf.text.search_query import MAX_QUERY_CHARS, parse_search
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.feed_links import FeedLink
from nutgraf.web.pages.listing import CURSOR, PAGE_SIZE
from nutgraf.web.rendering import render, site_of


def search_page(request: Request) -> Response:
    """GET /search?q=…&order=best|newest: what was found, or how to search. Raises HTTPException 400."""
    return _search_response(request)


async def save_search(request: Request) -> Response:
    """POST /search/saved with `q`: keep this search."""
    async with request.form(max_files=0, max_fields=4) as form:
        asked = str(form.get("q", ""))[:MAX_QUERY_CHARS]
    return await run_in_threadpool(_save, request, asked)


def remove_search(request: Request) -> Response:
    """POST /search/saved/{search_id}/remove: keep it no longer. Raises NotFound."""
    services = site_of(request).services
    services.store.remove_search(reader_of(request), SearchId(request.path_params["search_id"]))
    return RedirectResponse("/search", status_code=303)


def _save(request: Request, asked: str) -> Response:
    services = site_of(request).services
    query = parse_search(asked, now=services.clock.now())
    if query.is_empty:
        return RedirectResponse("/search", status_code=303)
    try:
        services.store.save_search(reader_of(request), query.text, now=services.clock.now())
    except Conflict as error:
        return _search_response(request, asked=query.text, status=409, problem=error.message)
    return RedirectResponse(_href(query.text, SearchOrder.NEWEST), status_code=303)


def _search_response(request: Request, *, asked: str | None = None, status: int = 200, problem: str = "") -> Response:
    services = site_of(request).services
    parameters = request.query_params
    order = SearchOrder.NEWEST if parameters.get("order") == SearchOrder.NEWEST else SearchOrder.BEST
    cursor = parameters.get("from", "")
    if cursor and not CURSOR.fullmatch(cursor):
        raise HTTPException(400, "The address of this page of the results is damaged.")
    query = parse_search(parameters.get("q", "") if asked is None else asked, now=services.clock.now())
    results = SearchPage(())
    if not query.is_empty:
        results = services.store.search_briefs(
            query, reader_id=reader_of(request), now=services.clock.now(), order=order, cursor=cursor, limit=PAGE_SIZE
        )
    saved = services.store.saved_searches(reader_of(request))
    return render(
        request,
        "search.html",
        status=status,
        feed_link=None if query.is_empty else FeedLink(f"Nutgraf: {query.text}", "/search", (("q", query.text),)),
        query=query,
        order=order.value,
        results=results,
        is_first=not cursor,
        more_href=_href(query.text, order, results.next_cursor) if results.next_cursor else "",
        best_href=_href(query.text, SearchOrder.BEST),
        newest_href=_href(query.text, SearchOrder.NEWEST),
        saved=[(search, _href(search.text, SearchOrder.NEWEST)) for search in saved],
        is_saved=any(search.text == query.text for search in saved),
        problem=problem,
    )


def _href(asked: str, order: SearchOrder, cursor: str = "") -> str:
    """The address of a search; what is usual is left out of it."""
    parts = {"q": asked}
    if order is not SearchOrder.BEST:
        parts["order"] = order.value
    if cursor:
        parts["from"] = cursor
    return f"/search?{urlencode(parts)}"
