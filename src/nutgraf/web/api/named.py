"""The JSON API's endpoints of people, places and organisations that briefs name."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.entity import EntityKind, EntityRecord
from nutgraf.errors import NotFound
from nutgraf.web.api import models
from nutgraf.web.api.answers import Limit, send
from nutgraf.web.pages.publisher import SLUG
from nutgraf.web.rendering import site_of


def entities(request: Request, limit: Limit = 20) -> Response:
    """What the latest few hundred briefs name, the most often named first; `briefs` counts those briefs."""
    found = site_of(request).services.store.entities_in_the_news(limit=limit)
    return send(request, models.EntitiesModel(items=[models.EntityModel.of(record) for record in found]))


def entity(request: Request, kind: EntityKind, slug: Annotated[str, Path(pattern=f"^{SLUG.pattern}$")]) -> Response:
    """One person, place or organisation, with the number of all briefs that name it."""
    return send(request, models.EntityModel.of(find_entity(request, f"{kind.value}/{slug}")))


def find_entity(request: Request, key: str) -> EntityRecord:
    """The entity of a kind and slug. Raises NotFound, also for one that is switched off."""
    kind, _, slug = key.partition("/")
    record = site_of(request).services.store.get_entity(EntityKind(kind), slug)
    if record.is_barred:
        raise NotFound("This name is switched off.")
    return record
