"""People, places and organisations that briefs name: the page of each, and what is in the news."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.entity import EntityKind, EntityRecord
from nutgraf.domain.marks import Follow, FollowKind
from nutgraf.domain.records import BriefQuery
from nutgraf.errors import NotFound
from nutgraf.web.accounts.identity import identity_of, reader_of
from nutgraf.web.feed_links import FeedLink
from nutgraf.web.pages.listing import list_page
from nutgraf.web.pages.publisher import SLUG
from nutgraf.web.rendering import render, site_of

MAX_OF_KIND = 40


def names_page(request: Request) -> Response:
    """GET /names: what the latest briefs name, by kind; for the operator also what is switched off."""
    store = site_of(request).services.store
    found = store.entities_in_the_news(limit=MAX_OF_KIND * 10)
    groups = {kind: [record for record in found if record.entity.kind is kind][:MAX_OF_KIND] for kind in EntityKind}
    identity = identity_of(request)
    barred = store.barred_entities() if identity is not None and identity.is_operator else []
    return render(request, "names.html", groups=groups, barred=barred)


def entity_page(request: Request) -> Response:
    """GET /{person|place|organisation}/{slug}: its briefs, newest first. Raises NotFound, HTTPException 404."""
    record = entity_of(request)
    entity = record.entity
    return render(
        request,
        "entity.html",
        feed_link=FeedLink(f"Nutgraf: {entity.name}", f"/{entity.kind.value}/{entity.slug}"),
        entity=entity,
        brief_count=record.brief_count,
        is_followed=Follow(FollowKind(entity.kind.value), entity.slug)
        in site_of(request).services.store.follows(reader_of(request)),
        listing=list_page(request, BriefQuery(entity=(entity.kind, entity.slug))),
    )


def bar_entity(request: Request) -> Response:
    """POST /{kind}/{slug}/{off|on}: switch it off for everybody, or on again. Raises NotFound, HTTPException 404."""
    kind, slug = _key_of(request)
    services = site_of(request).services
    switch = request.path_params["switch"]
    if switch not in ("on", "off"):
        raise HTTPException(404)
    services.store.bar_entity(kind, slug, barred_at=services.clock.now() if switch == "off" else None)
    return RedirectResponse("/names", status_code=303)


def entity_of(request: Request) -> EntityRecord:
    """The entity that an address names. Raises NotFound, also for one that is switched off, and HTTPException 404."""
    record = site_of(request).services.store.get_entity(*_key_of(request))
    if record.is_barred:
        raise NotFound("This name is switched off: it was not what it seemed to be.")
    return record


def _key_of(request: Request) -> tuple[EntityKind, str]:
    slug = request.path_params["slug"]
    if not SLUG.fullmatch(slug):
        raise HTTPException(404)
    return EntityKind(request.path_params["kind"]), slug
