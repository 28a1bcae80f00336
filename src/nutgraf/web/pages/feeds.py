"""The page of feeds: what is followed, and how each feed does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import FeedRecord
from nutgraf.web.pages.desk_frame import render_desk
from nutgraf.web.rendering import site_of

if TYPE_CHECKING:
    from nutgraf.pipeline.subscribing import OpmlImport

FEEDS_PER_PAGE = 100
OPML_NAME = "nutgraf-feeds.opml"

TROUBLES_FIRST = {"failing": 0, "gone": 1}

DONE_SENTENCES = {
    "added": "The feed is followed now. Its articles are being read.",
    "added-failing": "The feed is followed, but the first look at it failed. Nutgraf will try again.",
    "removed": "The feed is no longer followed. Its briefs stay.",
    "polling": "Nutgraf is looking for news in this feed now.",
    "polling-all": "Nutgraf is looking for news in every feed now.",
}
"""What a change says once it is made; the address carries only the key, never a text."""


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Why an address could not be followed; `choices` are feeds that the page there declares."""

    address: str
    sentence: str
    code: str
    choices: tuple[str, ...] = ()


def feed_list(request: Request) -> Response:
    """GET /feeds."""
    return feeds_response(request)


def feeds_response(
    request: Request,
    *,
    status: int = 200,
    problem: FormProblem | None = None,
    opml: OpmlImport | None = None,
    opml_problem: str = "",
) -> Response:
    """The page, with what became of a change where one was asked for. Feeds in trouble come first, then by title."""
    services = site_of(request).services
    feeds = services.store.list_feeds()
    categories = sorted({feed.category for feed in feeds if feed.category}, key=str.casefold)
    category = request.query_params.get("category", "")
    rows = sorted(
        (feed for feed in feeds if category in ("", feed.category)),
        key=lambda feed: TROUBLES_FIRST.get(feed.health, 2),
    )
    page_count = max(1, -(-len(rows) // FEEDS_PER_PAGE))
    page_number = _page_number(request, page_count)
    start = (page_number - 1) * FEEDS_PER_PAGE
    return render_desk(
        request,
        "feeds.html",
        status=status,
        rows=rows[start : start + FEEDS_PER_PAGE],
        feed_count=len(rows),
        failing_count=sum(feed.health == "failing" for feed in rows),
        page_number=page_number,
        page_count=page_count,
        categories=categories,
        category=category,
        progress=services.progress(),
        done=DONE_SENTENCES.get(request.query_params.get("done", ""), ""),
        done_reason=_reason(request, feeds),
        problem=problem,
        opml=opml,
        opml_problem=opml_problem,
    )


def confirm_removal(request: Request) -> Response:
    """GET /feeds/{feed_id}/remove: asks before a feed is removed. Raises NotFound."""
    feed = site_of(request).services.store.get_feed(FeedId(request.path_params["feed_id"]))
    return render_desk(request, "remove_feed.html", feed=feed)


def export_feeds(request: Request) -> Response:
    """GET /feeds.opml: every feed as OPML 2.0, as a file to keep."""
    body = site_of(request).services.export_opml()
    headers = {"Content-Disposition": f'attachment; filename="{OPML_NAME}"'}
    return Response(body, media_type="text/x-opml; charset=utf-8", headers=headers)


def _reason(request: Request, feeds: list[FeedRecord]) -> str:
    """Why the feed that a change was about cannot be read, empty where it can or there is none."""
    about = request.query_params.get("feed", "")
    return next((feed.error_message for feed in feeds if str(feed.id) == about), "")


def _page_number(request: Request, page_count: int) -> int:
    """The page asked for, between 1 and `page_count`."""
    asked = request.query_params.get("page", "")
    return min(max(int(asked), 1), page_count) if asked.isdecimal() and len(asked) < 6 else 1
