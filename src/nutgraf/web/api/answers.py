"""What the endpoints of the JSON API have in common: their parameters, pages of lists, answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.records import BriefCard
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.api import models
from nutgraf.web.conditional import conditional
from nutgraf.web.muting import Muting
from nutgraf.web.pages.listing import CURSOR
from nutgraf.web.pages.publisher import SLUG
from nutgraf.web.rendering import site_of

MAX_PAGE = 100

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="how many at most")]
Cursor = Annotated[str, Query(pattern=f"^({CURSOR.pattern})?$", description="where to go on, from the page before")]
Number = Annotated[str, Query(pattern="^([0-9]{1,18})?$", description="where to go on, from the page before")]
Slug = Annotated[str, Query(pattern=f"^({SLUG.pattern})?$", description="a slug")]
EntityKey = Annotated[
    str,
    Query(pattern=f"^((person|place|organisation)/{SLUG.pattern})?$", description="kind and slug, as person/ida-reyl"),
]

_Item = TypeVar("_Item")


def send(request: Request, model: BaseModel) -> Response:
    """The model as JSON, or 304."""
    return conditional(request, model.model_dump_json().encode(), "application/json")


def send_cards(request: Request, found: Sequence[BriefCard], limit: int, *, keeps_hidden: bool = False) -> Response:
    """The first `limit` of what was found, and whether there are more; less what the reader hides or mutes."""
    page = found[:limit]
    more = page[-1].sort_key if len(found) > limit else ""
    visible = page
    if not keeps_hidden:
        visible, _ = Muting(site_of(request).services.store.mutes(reader_of(request))).apply(page)
    items = [models.CardModel.of(card) for card in visible]
    return send(request, models.CardsModel(items=items, next=next_path(request, more)))


def after(found: Sequence[_Item], key: Callable[[_Item], Any], last: Any, limit: int) -> tuple[list[_Item], Any]:
    """The items after key `last` in the order of their keys, and the key to go on from, None at the end."""
    rest = sorted((item for item in found if key(item) > last), key=key)
    return rest[:limit], key(rest[limit - 1]) if len(rest) > limit else None


def next_path(request: Request, cursor: str | None) -> str | None:
    """The path of the next page of the same list."""
    if not cursor:
        return None
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*asked, ('cursor', cursor)])}"
