"""The public record of what was corrected and updated, as a page and as a feed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.corrections import CorrectionRecord
from nutgraf.domain.ids import CorrectionId
from nutgraf.outputs import FEED_FORMATS
from nutgraf.outputs.corrections_feed import corrections_feed as make_corrections_feed
from nutgraf.outputs.wording import describe_correction
from nutgraf.web.changes import ChangedParagraph, compare_words
from nutgraf.web.conditional import conditional
from nutgraf.web.feed_links import CORRECTIONS_FEED
from nutgraf.web.rendering import base_url, render, site_of

PER_PAGE = 20
IN_FEED = 50


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """A correction in words: what happened in one sentence, and each changed sentence word by word."""

    record: CorrectionRecord
    summary: str
    changes: tuple[ChangedParagraph, ...]


def show_correction(record: CorrectionRecord) -> ShownCorrection:
    """A stored correction as pages show it."""
    changes = tuple(compare_words(change.before, change.after) for change in record.changes)
    return ShownCorrection(record, describe_correction(record), changes)


def corrections_page(request: Request) -> Response:
    """GET /corrections: the latest first."""
    before = request.query_params.get("before", "")
    if before and not re.fullmatch(r"\d{1,18}", before, re.ASCII):
        raise HTTPException(400, "The address of this page of the list is damaged.")
    store = site_of(request).services.store
    found = store.list_corrections(before=CorrectionId(int(before)) if before else None, limit=PER_PAGE + 1)
    shown = found[:PER_PAGE]
    return render(
        request,
        "corrections.html",
        feed_link=CORRECTIONS_FEED,
        corrections=[show_correction(record) for record in shown],
        is_first=not before,
        older_href=f"/corrections?before={shown[-1].id}" if len(found) > PER_PAGE else "",
    )


def corrections_feed(request: Request) -> Response:
    """GET /corrections.{atom|json}: the latest corrections for feed readers."""
    records = site_of(request).services.store.list_corrections(limit=IN_FEED)
    media_type, format_feed = FEED_FORMATS[request.path_params["format"]]
    site_url = base_url(request)
    feed = make_corrections_feed(records, base_url=site_url, self_url=site_url + request.url.path)
    last_modified = feed.updated_at if records else None
    return conditional(request, format_feed(feed), media_type, last_modified=last_modified)
