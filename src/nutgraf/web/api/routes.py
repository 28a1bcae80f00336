"""The JSON API as a FastAPI application: what the pages show, for programs, read only.

Only `mount` imports this module, and only when the first request comes: FastAPI takes a fifth of a second to import.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import BriefQuery
from nutgraf.domain.search import SearchOrder
from nutgraf.errors import NotFound, NutgrafError
from nutgraf.text.search_query import MAX_QUERY_CHARS, parse_search
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.api import models, named, own, record
from nutgraf.web.api.answers import Cursor, EntityKey, Limit, Number, Slug, after, next_path, send, send_cards
from nutgraf.web.api.docs_page import docs_page
from nutgraf.web.api.mount import API_PATH
from nutgraf.web.pages import errors
from nutgraf.web.pages.publisher import SLUG
from nutgraf.web.rendering import Site, site_of


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
    return send(request, models.FrontModel(stories=stories, story_count=edition.story_count))


def briefs(
    request: Request,
    topic: Slug = "",
    publisher: Slug = "",
    entity: EntityKey = "",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Response:
    """Briefs, newest first: all, or those of a topic (narrower ones included), a publisher, or both, or an entity."""
    services = site_of(request).services
    if topic and topic not in services.topics:
        raise NotFound(f"There is no topic {topic!r}.")
    if publisher:
        services.store.get_publisher(publisher)
    if entity and (topic or publisher):
        raise HTTPException(400, "Ask for an entity alone, without a topic or publisher.")
    chosen = named.find_entity(request, entity).entity if entity else None
    query = BriefQuery(
        topic=topic,
        publisher=publisher,
        entity=(chosen.kind, chosen.slug) if chosen else None,
        before=cursor,
        limit=limit + 1,
    )
    return send_cards(request, services.store.list_briefs(query, reader_id=reader_of(request)), limit)


def brief(request: Request, id: Annotated[int, Path(ge=1, lt=10**18)]) -> Response:
    """A brief with the evidence of every sentence; of a copy, that of its original. Does not count as a read."""
    page = site_of(request).services.store.brief_page(ArticleId(id), reader_id=reader_of(request))
    return send(request, models.BriefModel.of(page))


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
    return send(request, models.TopicsModel(items=items))


def publishers(request: Request, limit: Limit = 20, cursor: Slug = "") -> Response:
    """Publishers with at least one brief, by slug."""
    found = site_of(request).services.store.list_publishers()
    page, more = after(found, lambda publisher: publisher.slug, cursor, limit)
    items = [models.PublisherModel.of(publisher) for publisher in page]
    return send(request, models.PublishersModel(items=items, next=next_path(request, more)))


def publisher(request: Request, slug: Annotated[str, Path(pattern=f"^{SLUG.pattern}$")]) -> Response:
    """One publisher."""
    return send(request, models.PublisherModel.of(site_of(request).services.store.get_publisher(slug)))


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
    answer = models.HitsModel(items=items, next=next_path(request, found.next_cursor), problems=list(query.problems))
    return send(request, answer)


def saved(request: Request, limit: Limit = 20, cursor: Cursor = "") -> Response:
    """The reading list, latest saved first."""
    cards = site_of(request).services.store.list_saved(reader_of(request), before=cursor, limit=limit + 1)
    return send_cards(request, cards, limit, keeps_hidden=True)


def feeds(request: Request, limit: Limit = 20, cursor: Number = "") -> Response:
    """The site's feeds and their health. Only for operators."""
    found = site_of(request).services.store.list_feeds()
    page, more = after(found, lambda feed: feed.id, int(cursor or 0), limit)
    items = [models.FeedModel.of(feed) for feed in page]
    return send(request, models.FeedsModel(items=items, next=next_path(request, str(more or ""))))


ENDPOINTS: tuple[tuple[str, Callable[..., Response], type[BaseModel]], ...] = (
    ("/front", front, models.FrontModel),
    ("/briefs", briefs, models.CardsModel),
    ("/briefs/{id}", brief, models.BriefModel),
    ("/topics", topics, models.TopicsModel),
    ("/publishers", publishers, models.PublishersModel),
    ("/publishers/{slug}", publisher, models.PublisherModel),
    ("/search", search, models.HitsModel),
    ("/saved", saved, models.CardsModel),
    ("/history", own.history, models.CardsModel),
    ("/following", own.following, models.CardsModel),
    ("/follows", own.follows, models.FollowsModel),
    ("/mutes", own.mutes, models.MutesModel),
    ("/entities", named.entities, models.EntitiesModel),
    ("/entities/{kind}/{slug}", named.entity, models.EntityModel),
    ("/corrections", record.corrections, models.CorrectionsModel),
    ("/accuracy", record.accuracy, models.AccuracyModel),
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
