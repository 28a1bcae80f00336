"""The front page: the stories of the last day in order of importance, and an end to them; earlier days likewise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.ids import ArticleId
from nutgraf.domain.marks import FollowKind, Mute
from nutgraf.domain.records import BriefCard, BriefQuery
from nutgraf.stages.order import Story, order_stories
from nutgraf.web.accounts.identity import identity_of, reader_of
from nutgraf.web.feed_links import FRONT_FEED
from nutgraf.web.muting import Muting
from nutgraf.web.pages.listing import list_page
from nutgraf.web.pages.starting import start_page
from nutgraf.web.reading import is_person_reading
from nutgraf.web.rendering import render, site_of

EMPTY_REFRESH_S = 2
MAX_STORIES = 25
"""The lead and whole rows of two and three: a page that can be finished."""
MAX_CANDIDATES = 200
LEAD_CANDIDATES = 5
FEW = 10
WINDOWS = tuple(timedelta(hours=hours) for hours in (24, 72, 168))
"""The front page's span: the first of these that holds more than FEW briefs, else whatever there is."""
NEW_VISIT_AFTER = timedelta(minutes=30)
DAYS_LINKED = 7


@dataclass(frozen=True, slots=True)
class Edition:
    """The stories of a span of time: those shown, how many there are, all their briefs, and which are folded."""

    stories: tuple[Story, ...]
    story_count: int
    cards: tuple[BriefCard, ...]
    folded: Mapping[ArticleId, Mute]


def front_page(request: Request) -> Response:
    """GET /: today's stories; at a first start what there is to begin with.

    An empty page loads itself again while the pipeline is at work, and only then.
    """
    services = site_of(request).services
    now = services.clock.now()
    edition = current_edition(request, now)
    progress = services.progress()
    if not edition.cards:
        has_feeds = services.store.next_due_at() is not None
        if not has_feeds and not progress and _is_operator(request):
            return start_page(request)
        headers = {"Refresh": str(EMPTY_REFRESH_S)} if progress else {}
        return render(request, "front_empty.html", headers=headers, progress=progress, has_feeds=has_feeds)
    last_visit = None
    if is_person_reading(request):
        last_visit = services.store.record_visit(reader_of(request), now=now, new_after=NEW_VISIT_AFTER).before
    return render(
        request,
        "front.html",
        feed_link=FRONT_FEED,
        progress=progress,
        edition=edition,
        day=None,
        last_visit=last_visit,
        new_count=_count_new(edition.cards, last_visit),
        days=_days_before(now.date() + timedelta(days=1)),
    )


def day_page(request: Request) -> Response:
    """GET /day/{day}: the stories of one day (UTC). Raises HTTPException 404 for what is no day."""
    try:
        day = date.fromisoformat(request.path_params["day"])
    except ValueError:
        raise HTTPException(404) from None
    edition = edition_of_day(request, day, site_of(request).services.clock.now())
    return render(
        request,
        "front.html",
        progress="",
        edition=edition,
        day=day,
        last_visit=None,
        new_count=0,
        days=_days_before(day),
    )


def latest_page(request: Request) -> Response:
    """GET /latest: every brief, newest first."""
    return render(request, "latest.html", listing=list_page(request, BriefQuery()))


def current_edition(request: Request, now: datetime) -> Edition:
    """What the front page shows now."""
    for window in WINDOWS:
        edition = _edition(request, BriefQuery(since=now - window, limit=MAX_CANDIDATES), now)
        if len(edition.cards) > FEW:
            return edition
    return _edition(request, BriefQuery(limit=MAX_CANDIDATES), now)


def edition_of_day(request: Request, day: date, now: datetime) -> Edition:
    """The stories of one day (UTC). Raises HTTPException 404 for the last day that there is, which has no end."""
    if day == date.max:
        raise HTTPException(404)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    end = start + timedelta(days=1)
    return _edition(request, BriefQuery(since=start, until=end, limit=MAX_CANDIDATES), min(now, end))


def _edition(request: Request, query: BriefQuery, now: datetime) -> Edition:
    site = site_of(request)
    store, reader_id = site.services.store, reader_of(request)
    cards = store.list_briefs(query, reader_id=reader_id)
    visible, folded = Muting(store.mutes(reader_id)).apply(cards)
    shown = {card.article_id: card for card in visible}
    groups = [
        [shown[article_id] for article_id in group if article_id in shown] for group in site.story_groups.of(cards)
    ]
    follows = store.follows(reader_id)
    stories = order_stories(
        [group for group in groups if group],
        now=now,
        topics={follow.slug for follow in follows if follow.kind is FollowKind.TOPIC},
        publishers={follow.slug for follow in follows if follow.kind is FollowKind.PUBLISHER},
    )
    return Edition(tuple(_with_full_lead(stories)[:MAX_STORIES]), len(stories), tuple(visible), folded)


def _with_full_lead(stories: list[Story]) -> list[Story]:
    """The stories with the first that is not short in the lead, which a short one would leave half empty."""
    first = next((number for number, story in enumerate(stories[:LEAD_CANDIDATES]) if not story.lead.is_short), 0)
    return [*stories[first : first + 1], *stories[:first], *stories[first + 1 :]]


def _is_operator(request: Request) -> bool:
    identity = identity_of(request)
    return identity is not None and identity.is_operator


def _count_new(cards: Sequence[BriefCard], last_visit: datetime | None) -> int:
    """Briefs that came since the last visit and were not read; 0 without one."""
    if last_visit is None:
        return 0
    return sum(not card.is_read and card.briefed_at is not None and card.briefed_at > last_visit for card in cards)


def _days_before(day: date) -> list[date]:
    return [day - timedelta(days=number) for number in range(1, DAYS_LINKED + 1) if day.year > 1]
