"""The index of topics and the page of one topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.marks import Follow, FollowKind
from nutgraf.domain.records import BriefQuery
from nutgraf.domain.topic import Topic
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.charts import draw_rhythm
from nutgraf.web.feed_links import FeedLink
from nutgraf.web.pages.listing import list_page
from nutgraf.web.rendering import render, site_of

WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class CountedTopic:
    """A topic with the number of its briefs, narrower topics' included."""

    topic: Topic
    brief_count: int
    narrower: tuple[CountedTopic, ...] = ()


def topic_index(request: Request) -> Response:
    """GET /topics: the taxonomy with counts, topics without briefs apart."""
    services = site_of(request).services
    groups = count_topics(services.topics, services.store.topic_counts())
    return render(request, "topics.html", groups=groups)


def topic_page(request: Request) -> Response:
    """GET /topic/{slug}: the topic's briefs with its parent or its narrower topics. Raises HTTPException 404."""
    services = site_of(request).services
    topic = services.topics.get(request.path_params["slug"])
    if topic is None:
        raise HTTPException(404)
    counts = services.store.topic_counts()
    top_slug = topic.parent or topic.slug
    group = next(group for group in count_topics(services.topics, counts) if group.topic.slug == top_slug)
    listing = list_page(request, BriefQuery(topic=topic.slug))
    count = partial(services.store.brief_rhythm, topic=topic.slug)
    return render(
        request,
        "topic.html",
        feed_link=FeedLink(f"Nutgraf: {topic.name}", f"/topic/{topic.slug}"),
        topic=topic,
        group=group,
        brief_count=counts.get(topic.slug, 0),
        is_followed=Follow(FollowKind.TOPIC, topic.slug) in services.store.follows(reader_of(request)),
        listing=listing,
        week=draw_rhythm("Briefs by day, this week", services.clock.now(), WEEK_DAYS, count)
        if listing.is_first
        else None,
    )


def count_topics(topics: Mapping[str, Topic], counts: Mapping[str, int]) -> tuple[CountedTopic, ...]:
    """Top-level topics in the taxonomy's order, each with its narrower ones."""
    narrower: dict[str, list[CountedTopic]] = {slug: [] for slug, topic in topics.items() if not topic.parent}
    for slug, topic in topics.items():
        if topic.parent:
            narrower[topic.parent].append(CountedTopic(topic, counts.get(slug, 0)))
    return tuple(CountedTopic(topics[slug], counts.get(slug, 0), tuple(below)) for slug, below in narrower.items())
