"""The page for a first start: packs of feeds, a site's address, or a list from another reader."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.pipeline.starter_packs import load_starter_packs, subscribe_to_packs
from nutgraf.web.rendering import render, site_of

MAX_CHOSEN = 40


def start_page(request: Request) -> Response:
    """GET /start: what there is to begin with; what is followed already is marked."""
    return _page(request)


async def follow_packs(request: Request) -> Response:
    """POST /start with `pack` as often as packs are chosen: follow their feeds, which become due at once."""
    async with request.form(max_files=0, max_fields=MAX_CHOSEN) as form:
        slugs = [slug for slug in form.getlist("pack") if isinstance(slug, str)]
    services = site_of(request).services
    if not {pack.slug for pack in load_starter_packs()}.intersection(slugs):
        return await run_in_threadpool(_page, request, problem="Please choose at least one pack.", status=400)
    await run_in_threadpool(subscribe_to_packs, slugs, store=services.store, now=services.clock.now())
    services.wake()
    return RedirectResponse("/", status_code=303)


def _page(request: Request, *, problem: str = "", status: int = 200) -> Response:
    followed = {feed.url for feed in site_of(request).services.store.list_feeds()}
    return render(
        request, "start.html", status=status, packs=load_starter_packs(), followed=followed, pack_problem=problem
    )
