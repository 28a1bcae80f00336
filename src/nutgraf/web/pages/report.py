"""Reporting a fault in a brief: the form for a sentence or for the whole, and the word of thanks."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.ids import ArticleId, BriefId
from nutgraf.domain.records import BriefPage
from nutgraf.domain.reports import MAX_NOTE_CHARS, FaultKind, NewReport
from nutgraf.errors import Conflict
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.rendering import brief_path, render, site_of
from nutgraf.web.wording import FAULT_LABELS, direction, language_tag


def report_form(request: Request) -> Response:
    """GET /brief/{article_id}/report, with `sentence` for one of its sentences, counted from 1. Raises NotFound."""
    return _form(request, request.query_params)


async def file_report(request: Request) -> Response:
    """POST /brief/{article_id}/report with `brief`, `sentence`, `kind` and `note`. Raises NotFound."""
    async with request.form(max_files=0, max_fields=8) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_file, request, fields)


def report_thanks(request: Request) -> Response:
    """GET /brief/{article_id}/reported: thanks for a report. Raises NotFound."""
    page = _page(request)
    return render(request, "report_thanks.html", card=page.card, back=brief_path(page.card))


def _file(request: Request, fields: Mapping[str, str]) -> Response:
    site = site_of(request)
    services = site.services
    note = fields.get("note", "").strip()
    kind = fields.get("kind", "")
    if kind not in {known.value for known in FaultKind}:
        return _form(request, fields, problem="Please choose what kind of fault it is.", status=400)
    if len(note.replace("\r\n", "\n")) > MAX_NOTE_CHARS:
        sentence = f"The note is too long: up to {MAX_NOTE_CHARS:,} characters are taken."
        return _form(request, fields, problem=sentence, status=400)
    article_id = ArticleId(request.path_params["article_id"])
    number = _number(fields.get("sentence", ""))
    brief_id = BriefId(_number(fields.get("brief", "")))
    report = NewReport(article_id, brief_id, number - 1 if number else None, FaultKind(kind), note)
    reader_id = reader_of(request)
    now = services.clock.now()
    if not site.report_limit.take(f"{reader_id} {request.client.host if request.client else ''}", now):
        sentence = "Many reports came in just now. Please try again in a few minutes; what you wrote is still here."
        return _form(request, fields, problem=sentence, status=429)
    try:
        services.store.file_report(report, reader_id=reader_id, now=now)
    except Conflict as error:
        return _form(request, fields, problem=error.message, status=503)
    return RedirectResponse(f"/brief/{article_id}/reported", status_code=303)


def _form(request: Request, fields: Mapping[str, str], *, problem: str = "", status: int = 200) -> Response:
    page = _page(request)
    sentences = [sentence.text for _, sentence in page.brief.sentences()]
    number = _number(fields.get("sentence", ""))
    if number > len(sentences):
        raise HTTPException(404)
    language = page.brief.language or page.revision.article.language
    return render(
        request,
        "report.html",
        status=status,
        card=page.card,
        back=brief_path(page.card),
        sentence=sentences[number - 1] if number else "",
        number=number,
        language=language_tag(language),
        dir=direction(language),
        kinds=FAULT_LABELS,
        chosen=fields.get("kind", ""),
        note=fields.get("note", "")[:MAX_NOTE_CHARS],
        max_note_chars=MAX_NOTE_CHARS,
        problem=problem,
    )


def _page(request: Request) -> BriefPage:
    article_id = ArticleId(request.path_params["article_id"])
    return site_of(request).services.store.brief_page(article_id, reader_id=reader_of(request))


def _number(text: str) -> int:
    """The number in a field, 0 where there is none. Raises HTTPException 400."""
    if not text:
        return 0
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise HTTPException(400)
    return int(text)
