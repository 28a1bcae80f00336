"""The page of one publisher: its latest briefs."""

from __future__ import annotations

import re
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.marks import Follow, FollowKind
from nutgraf.domain.records import BriefQuery
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.charts import draw_rhythm
from nutgraf.web.feed_links import FeedLink
from nutgraf.web.pages.listing import list_page
from nutgraf.web.rendering import render, site_of

RHYTHM_DAYS = 28
SLUG = re.compile(r"[\w.-]{1,120}")


def publisher_page(request: Request) -> Response:
    """GET /publisher/{slug}: the publisher's briefs, newest first. Raises NotFound."""
    slug = request.path_params["slug"]
    if not SLUG.fullmatch(slug):
        raise HTTPException(404)
    services = site_of(request).services
    store = services.store
    publisher = store.get_publisher(slug)
    listing = list_page(request, BriefQuery(publisher=publisher.slug))
    is_followed = Follow(FollowKind.PUBLISHER, publisher.slug) in store.follows(reader_of(request))
    feed_link = FeedLink(f"Nutgraf: {publisher.name}", f"/publisher/{publisher.slug}")
    rhythm = None
    if listing.is_first:
        count = partial(store.brief_rhythm, publisher=publisher.slug)
        rhythm = draw_rhythm("Briefs by day, four weeks", services.clock.now(), RHYTHM_DAYS, count)
    return render(
        request,
        "publisher.html",
        feed_link=feed_link,
        publisher=publisher,
        listing=listing,
        is_followed=is_followed,
        rhythm=rhythm,
    )
