"""The JSON API as a FastAPI application: what the pages show, for programs, read only.

Only `mount` imports this module, and only when the first request comes: FastAPI takes a fifth of a second to import.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import FastAPI, Path, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import BriefCard, BriefQuery
from nutgraf.domain.search import SearchOrder
from nutgraf.errors import NotFound, NutgrafError
from nutgraf.text.search_query import MAX_QUERY_CHARS, parse_search
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.api import models
from nutgraf.web.api.docs_page import docs_page
from nutgraf.web.api.mount import API_PATH
from nutgraf.web.conditional import conditional
from nutgraf.web.muting import Muting
from nutgraf.web.pages import errors
from nutgraf.web.pages.listing import CURSOR
from nutgraf.web.pages.publisher import SLUG
from nutgraf.web.rendering import Site, site_of

MAX_PAGE = 100

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="how many at most")]
Cursor = Annotated[str, Query(pattern=f"^({CURSOR.pattern})?$", description="where to go on, from the page before")]
Number = Annotated[str, Query(pattern="^([0-9]{1,18})?$", description="where to go on, from the page before")]
Slug = Annotated[str, Query(pattern=f"^({SLUG.pattern})?$", description="a slug")]

_Item = TypeVar("_Item")


def front(request: Request, day: Annotated[date | None, Query(description="a day, as 2026-03-01")] = None) -> Response:
    """The stories of the front page, or of one day (UTC), the most important first."""
    site, reader_id = site_of(request), reader_of(request)
    if day is None:
        edition = site.editions.current(reader_id, now=site.services.clock.now())
    else:
        edition = site.editions.of_day(day, reader_id)
    stories = [
        models.StoryModel(
            lead=models.CardModel.of(story.lead), others=[models.CardModel.of(other) for other in story.others]
        )
        for story in edition.stories
    ]
    return _send(request, models.FrontModel(stories=stories, story_count=edition.story_count))


def briefs(
    request: Request, topic: Slug = "", publisher: Slug = "", limit: Limit = 20, cursor: Cursor = ""
) -> Response:
    """Briefs, newest first: all, or those of a topic (narrower ones included), a publisher, or both."""
    services = site_of(request).services
    if topic and topic not in services.topics:
        raise NotFound(f"There is no topic {topic!r}.")
    if publisher:
        services.store.get_publisher(publisher)
    query = BriefQuery(topic=topic, publisher=publisher, before=cursor, limit=limit + 1)
    return _send_cards(request, services.store.list_briefs(query, reader_id=reader_of(request)), limit)


def brief(request: Request, id: Annotated[int, Path(ge=1, lt=10**18)]) -> Response:
    """A brief with the evidence of every sentence; of a copy, that of its original. Does not count as a read."""
    page = site_of(request).services.store.brief_page(ArticleId(id), reader_id=reader_of(request))
    return _send(request, models.BriefModel.of(page))


def topics(request: Request) -> Response:
    """The taxonomy with the number of briefs."""
    services = site_of(request).services
    counts = services.store.topic_counts()
    items = [
        models.TopicModel(
            slug=topic.slug,
            name=topic.name,
            parent=topic.parent,
            iptc=topic.iptc,
            definition=topic.definition,
            briefs=counts.get(topic.slug, 0),
        )
        for topic in services.topics.values()
    ]
    return _send(request, models.TopicsModel(items=items))


def publishers(request: Request, limit: Limit = 20, cursor: Slug = "") -> Response:
    """Publishers with at least one brief, by slug."""
    found = site_of(request).services.store.list_publishers()
    page, more = _after(found, lambda publisher: publisher.slug, cursor, limit)
    items = [models.PublisherModel.of(publisher) for publisher in page]
    return _send(request, models.PublishersModel(items=items, next=_next(request, more)))


def publisher(request: Request, slug: Annotated[str, Path(pattern=f"^{SLUG.pattern}$")]) -> Response:
    """One publisher."""
    return _send(request, models.PublisherModel.of(site_of(request).services.store.get_publisher(slug)))


def search(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=MAX_QUERY_CHARS, description="as in the site's search")],
    order: SearchOrder = SearchOrder.BEST,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Response:
    """What a search finds, the best or the newest first."""
    services = site_of(request).services
    now = services.clock.now()
    query = parse_search(q, now=now)
    found = services.store.search_briefs(
        query, reader_id=reader_of(request), now=now, order=order, cursor=cursor, limit=limit
    )
    items = [models.HitModel.of(hit) for hit in found.hits]
    answer = models.HitsModel(items=items, next=_next(request, found.next_cursor), problems=list(query.problems))
    return _send(request, answer)


def saved(request: Request, limit: Limit = 20, cursor: Cursor = "") -> Response:
    """The reading list, latest saved first."""
    cards = site_of(request).services.store.list_saved(reader_of(request), before=cursor, limit=limit + 1)
    return _send_cards(request, cards, limit, keeps_hidden=True)


def feeds(request: Request, limit: Limit = 20, cursor: Number = "") -> Response:
    """The site's feeds and their health. Only for operators."""
    found = site_of(request).services.store.list_feeds()
    page, more = _after(found, lambda feed: feed.id, int(cursor or 0), limit)
    items = [models.FeedModel.of(feed) for feed in page]
    return _send(request, models.FeedsModel(items=items, next=_next(request, str(more or ""))))


ENDPOINTS: tuple[tuple[str, Callable[..., Response], type[BaseModel]], ...] = (
    ("/front", front, models.FrontModel),
    ("/briefs", briefs, models.CardsModel),
    ("/briefs/{id}", brief, models.BriefModel),
    ("/topics", topics, models.TopicsModel),
    ("/publishers", publishers, models.PublishersModel),
    ("/publishers/{slug}", publisher, models.PublisherModel),
    ("/search", search, models.HitsModel),
    ("/saved", saved, models.CardsModel),
    ("/feeds", feeds, models.FeedsModel),
)


def build_api(site: Site) -> FastAPI:
    """The API over the site's parts. Its documents load nothing from elsewhere; the page of docs is ours."""
    api = FastAPI(
        title="Nutgraf",
        version=site.services.version,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": API_PATH}],
        exception_handlers={
            HTTPException: errors.http_error,
            NutgrafError: errors.nutgraf_error,
            RequestValidationError: _bad_request,
            Exception: errors.unexpected_error,
        },
    )
    api.state.site = site
    api.add_route("/docs", docs_page, include_in_schema=False)
    for path, endpoint, model in ENDPOINTS:
        refusal: dict[int | str, dict[str, Any]] = {"default": {"model": models.ErrorModel}}
        api.add_api_route(path, endpoint, response_model=model, responses=refusal)
    return api


async def _bad_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return errors.error_page(request, 400, f"{first['loc'][-1]}: {first['msg']}.")


def _send(request: Request, model: BaseModel) -> Response:
    return conditional(request, model.model_dump_json().encode(), "application/json")


def _send_cards(request: Request, found: Sequence[BriefCard], limit: int, *, keeps_hidden: bool = False) -> Response:
    """The first `limit` of what was found, and whether there are more; less what the reader hides or mutes."""
    page = found[:limit]
    more = page[-1].sort_key if len(found) > limit else ""
    visible = page
    if not keeps_hidden:
        visible, _ = Muting(site_of(request).services.store.mutes(reader_of(request))).apply(page)
    items = [models.CardModel.of(card) for card in visible]
    return _send(request, models.CardsModel(items=items, next=_next(request, more)))


def _after(found: Sequence[_Item], key: Callable[[_Item], Any], last: Any, limit: int) -> tuple[list[_Item], Any]:
    """The items after key `last` in the order of their keys, and the key to go on from, None at the end."""
    rest = sorted((item for item in found if key(item) > last), key=key)
    return rest[:limit], key(rest[limit - 1]) if len(rest) > limit else None


def _next(request: Request, cursor: str | None) -> str | None:
    """The path of the next page of the same list."""
    if not cursor:
        return None
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*asked, ('cursor', cursor)])}"
