"""What the site shows as feeds for feed readers: front page, topics, publishers, searches, the reading list.

A feed shows what its page shows to the same reader: nothing muted or hidden, and only published sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.records import BriefCard, BriefQuery
from nutgraf.domain.search import SearchOrder
from nutgraf.outputs import FEED_FORMATS
from nutgraf.outputs.feed_document import FeedDocument, brief_entry
from nutgraf.text.search_query import parse_search
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.conditional import conditional
from nutgraf.web.feed_links import FRONT_FEED, SAVED_FEED, FeedLink
from nutgraf.web.muting import Muting
from nutgraf.web.pages.entities import entity_of
from nutgraf.web.pages.publisher import SLUG
from nutgraf.web.rendering import base_url, site_of
from nutgraf.web.wording import language_tag

MAX_ENTRIES = 50


def front_feed(request: Request) -> Response:
    """GET /feed.{atom|json}: the front page's stories, each by its lead brief, newest first."""
    site = site_of(request)
    edition = site.editions.current(reader_of(request), now=site.services.clock.now())
    cards = sorted((story.lead for story in edition.stories), key=lambda card: card.published_at, reverse=True)
    return _answer(request, FRONT_FEED, "The most important stories of the last days.", "/", cards)


def topic_feed(request: Request) -> Response:
    """GET /topic/{slug}.{atom|json}: the topic's latest briefs. Raises HTTPException 404."""
    topic = site_of(request).services.topics.get(request.path_params["slug"])
    if topic is None:
        raise HTTPException(404)
    path = f"/topic/{topic.slug}"
    cards = _latest(request, BriefQuery(topic=topic.slug, limit=MAX_ENTRIES))
    return _answer(request, FeedLink(f"Nutgraf: {topic.name}", path), topic.definition or topic.name, path, cards)


def publisher_feed(request: Request) -> Response:
    """GET /publisher/{slug}.{atom|json}: the publisher's latest briefs. Raises NotFound, HTTPException 404."""
    slug = request.path_params["slug"]
    if not SLUG.fullmatch(slug):
        raise HTTPException(404)
    publisher = site_of(request).services.store.get_publisher(slug)
    path = f"/publisher/{publisher.slug}"
    cards = _latest(request, BriefQuery(publisher=publisher.slug, limit=MAX_ENTRIES))
    link = FeedLink(f"Nutgraf: {publisher.name}", path)
    return _answer(request, link, f"Briefs of what {publisher.name} published.", path, cards)


def entity_feed(request: Request) -> Response:
    """GET /{person|place|organisation}/{slug}.{atom|json}: the latest briefs that name it. Raises NotFound."""
    entity = entity_of(request).entity
    path = f"/{entity.kind.value}/{entity.slug}"
    cards = _latest(request, BriefQuery(entity=(entity.kind, entity.slug), limit=MAX_ENTRIES))
    return _answer(request, FeedLink(f"Nutgraf: {entity.name}", path), f"Briefs that name {entity.name}.", path, cards)


def search_feed(request: Request) -> Response:
    """GET /search.{atom|json}?q=…: the newest briefs that the search finds. Raises HTTPException 400 without one."""
    services = site_of(request).services
    now = services.clock.now()
    query = parse_search(request.query_params.get("q", ""), now=now)
    if query.is_empty:
        raise HTTPException(400, "Say what to search for, as in /search.atom?q=ferries.")
    found = services.store.search_briefs(
        query, reader_id=reader_of(request), now=now, order=SearchOrder.NEWEST, limit=MAX_ENTRIES
    )
    link = FeedLink(f"Nutgraf: {query.text}", "/search", (("q", query.text),))
    page_path = f"/search?{urlencode({'q': query.text, 'order': 'newest'})}"
    return _answer(request, link, f"Briefs that “{query.text}” finds.", page_path, [hit.card for hit in found.hits])


def saved_feed(request: Request) -> Response:
    """GET /saved.{atom|json}: the reading list, latest saved first."""
    cards = site_of(request).services.store.list_saved(reader_of(request), limit=MAX_ENTRIES)
    # Saving an old brief changes the list but none of its times: only the ETag tells.
    return _answer(request, SAVED_FEED, "Briefs that you saved.", "/saved", cards, has_times=False)


def _latest(request: Request, query: BriefQuery) -> Sequence[BriefCard]:
    store, reader_id = site_of(request).services.store, reader_of(request)
    visible, _ = Muting(store.mutes(reader_id)).apply(store.list_briefs(query, reader_id=reader_id))
    return visible


def _answer(
    request: Request,
    link: FeedLink,
    description: str,
    page_path: str,
    cards: Sequence[BriefCard],
    *,
    has_times: bool = True,
) -> Response:
    """The feed in the format that the address ends in. A token in that address stays out of it."""
    site_url = base_url(request)
    contents = site_of(request).feed_contents.of(cards, site_url)
    media_type, format_feed = FEED_FORMATS[request.path_params["format"]]
    feed = FeedDocument(
        title=link.title,
        description=description,
        self_url=site_url + link.href(request.path_params["format"]),
        page_url=site_url + page_path,
        entries=tuple(
            brief_entry(card, content, base_url=site_url, language=language_tag(card.language))
            for card, content in zip(cards, contents, strict=True)
        ),
    )
    last_modified = feed.updated_at if has_times and feed.entries else None
    return conditional(request, format_feed(feed), media_type, last_modified=last_modified)
