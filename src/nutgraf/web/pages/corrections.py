"""The public record of what was corrected and updated, as a page and as an Atom feed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.corrections import CorrectionRecord
from nutgraf.domain.ids import CorrectionId
from nutgraf.outputs.corrections_atom import ATOM_TYPE, format_corrections_atom
from nutgraf.outputs.wording import describe_correction
from nutgraf.web.changes import ChangedParagraph, compare_words
from nutgraf.web.rendering import render, site_of

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
        corrections=[show_correction(record) for record in shown],
        is_first=not before,
        older_href=f"/corrections?before={shown[-1].id}" if len(found) > PER_PAGE else "",
    )


def corrections_feed(request: Request) -> Response:
    """GET /corrections.atom: the latest corrections for feed readers."""
    services = site_of(request).services
    records = services.store.list_corrections(limit=IN_FEED)
    base_url = (services.public_url or str(request.base_url)).rstrip("/")
    body = format_corrections_atom(records, base_url=base_url, now=services.clock.now())
    return Response(body, media_type=ATOM_TYPE)
