"""The front page: the stories of the last day in order of importance, and an end to them; earlier days likewise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.records import BriefCard, BriefQuery
from nutgraf.web.accounts.identity import identity_of, reader_of
from nutgraf.web.feed_links import FRONT_FEED
from nutgraf.web.pages.listing import list_page
from nutgraf.web.pages.starting import start_page
from nutgraf.web.reading import is_person_reading
from nutgraf.web.rendering import render, site_of

EMPTY_REFRESH_S = 2
NEW_VISIT_AFTER = timedelta(minutes=30)
DAYS_LINKED = 7
OTHERS_SHOWN = 3
"""Briefs of the same story that are named below its lead."""


def front_page(request: Request) -> Response:
    """GET /: today's stories; at a first start what there is to begin with.

    An empty page loads itself again while the pipeline is at work, and only then.
    """
    site = site_of(request)
    services = site.services
    now = services.clock.now()
    edition = site.editions.current(reader_of(request), now=now, others=OTHERS_SHOWN)
    progress = services.progress()
    if not edition.briefs:
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
        new_count=_count_new(edition.briefs, last_visit),
        days=_days_before(now.date() + timedelta(days=1)),
    )


def day_page(request: Request) -> Response:
    """GET /day/{day}: the stories of one day (UTC). Raises HTTPException 404 for what is no day."""
    try:
        day = date.fromisoformat(request.path_params["day"])
    except ValueError:
        raise HTTPException(404) from None
    edition = site_of(request).editions.of_day(day, reader_of(request), others=OTHERS_SHOWN)
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


def _is_operator(request: Request) -> bool:
    identity = identity_of(request)
    return identity is not None and identity.is_operator


def _count_new(briefs: Sequence[BriefCard], last_visit: datetime | None) -> int:
    """Briefs that came since the last visit and were not read; 0 without one."""
    if last_visit is None:
        return 0
    return sum(not brief.is_read and brief.briefed_at is not None and brief.briefed_at > last_visit for brief in briefs)


def _days_before(day: date) -> list[date]:
    return [day - timedelta(days=number) for number in range(1, DAYS_LINKED + 1) if day.year > 1]
