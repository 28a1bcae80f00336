"""The operator's desk: reported faults to decide on, and the sentences that no reader saw."""

from __future__ import annotations

import re

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.ids import BriefId, ReportId
from nutgraf.domain.reports import MAX_NOTE_CHARS, ReportState
from nutgraf.errors import ConfigError, Conflict
from nutgraf.web.pages.desk_frame import render_desk
from nutgraf.web.rendering import site_of
from nutgraf.web.statuses import http_status
from nutgraf.web.trace import trace_finding
from nutgraf.web.wording import FAULT_LABELS

REPORTS_PER_PAGE = 30
WITHHELD_PER_PAGE = 30
MAX_CHOSEN = 40
WITHHELD_CURSOR = re.compile(r"(\d{1,18})-(\d{1,9})", re.ASCII)

DONE_SENTENCES = {
    "corrected": "The report was upheld, and the brief is corrected.",
    "withdrawn": "The report was upheld. Nothing of the brief was left, so it is withdrawn.",
    "upheld": "The report was upheld.",
    "dismissed": "The report was dismissed.",
}


def report_list(request: Request) -> Response:
    """GET /desk/reports: those that are open, or in the `state` asked for, the latest first."""
    asked = request.query_params.get("state", "")
    state = ReportState(asked) if asked in set(ReportState) else ReportState.OPEN
    before = request.query_params.get("before", "")
    if before and not re.fullmatch(r"\d{1,18}", before, re.ASCII):
        raise HTTPException(400)
    store = site_of(request).services.store
    found = store.list_reports(state, before=ReportId(int(before)) if before else None, limit=REPORTS_PER_PAGE + 1)
    shown = found[:REPORTS_PER_PAGE]
    has_older = len(found) > REPORTS_PER_PAGE
    return render_desk(
        request,
        "desk_reports.html",
        state=state,
        reports=shown,
        older_href=f"/desk/reports?state={state.value}&before={shown[-1].id}" if has_older else "",
        labels=FAULT_LABELS,
        done=DONE_SENTENCES.get(request.query_params.get("done", ""), ""),
    )


def report_case(request: Request) -> Response:
    """GET /desk/reports/{report_id}: the sentence with its evidence, and the decision. Raises NotFound."""
    return _case(request)


async def uphold_report(request: Request) -> Response:
    """POST /desk/reports/{report_id}/uphold with `withdraw` (numbers from 1), `replace` and `note`. Raises NotFound."""
    async with request.form(max_files=0, max_fields=MAX_CHOSEN + 8) as form:
        note = str(form.get("note", ""))
        numbers = [str(value) for value in form.getlist("withdraw")][:MAX_CHOSEN]
        replaces = form.get("replace", "yes") != "no"
    if not all(re.fullmatch(r"[1-9]\d{0,3}", number, re.ASCII) for number in numbers):
        raise HTTPException(400)
    report_id = ReportId(request.path_params["report_id"])
    try:
        correction = await site_of(request).services.desk.uphold(
            report_id, note=note, positions=[int(number) - 1 for number in numbers], replaces=replaces
        )
    except (ConfigError, Conflict) as error:
        return await run_in_threadpool(_case, request, problem=error.message, status=http_status(error), note=note)
    done = "upheld" if correction is None else "withdrawn" if correction.brief is None else "corrected"
    return RedirectResponse(f"/desk/reports?done={done}", status_code=303)


async def dismiss_report(request: Request) -> Response:
    """POST /desk/reports/{report_id}/dismiss with `note`. Raises NotFound."""
    async with request.form(max_files=0, max_fields=4) as form:
        note = str(form.get("note", ""))
    try:
        await site_of(request).services.desk.dismiss(ReportId(request.path_params["report_id"]), note=note)
    except (ConfigError, Conflict) as error:
        return await run_in_threadpool(_case, request, problem=error.message, status=http_status(error), note=note)
    return RedirectResponse("/desk/reports?done=dismissed", status_code=303)


def withheld_list(request: Request) -> Response:
    """GET /desk/withheld: what writers wrote and no reader saw, with the reason and what took its place."""
    cursor = request.query_params.get("before", "")
    match = WITHHELD_CURSOR.fullmatch(cursor)
    if cursor and match is None:
        raise HTTPException(400)
    store = site_of(request).services.store
    before = (BriefId(int(match[1])), int(match[2])) if match else None
    found = store.list_withheld(before=before, limit=WITHHELD_PER_PAGE + 1)
    shown = found[:WITHHELD_PER_PAGE]
    has_older = len(found) > WITHHELD_PER_PAGE
    return render_desk(
        request,
        "desk_withheld.html",
        records=shown,
        is_first=not cursor,
        older_href=f"/desk/withheld?before={shown[-1].brief_id}-{shown[-1].number}" if has_older else "",
    )


def _case(request: Request, *, problem: str = "", status: int = 200, note: str = "") -> Response:
    store = site_of(request).services.store
    case = store.report_case(ReportId(request.path_params["report_id"]))
    sentences = [] if case.brief is None else [sentence for _, sentence in case.brief.sentences()]
    reported = sentences[case.positions[0]] if case.positions else None
    return render_desk(
        request,
        "desk_report.html",
        status=status,
        case=case,
        report=case.report,
        sentences=sentences,
        finding=reported.finding if reported else None,
        excerpts=trace_finding(case.article, reported.finding) if reported and case.article else (),
        kind=FAULT_LABELS[case.report.kind],
        problem=problem,
        note=note[:MAX_NOTE_CHARS],
        max_note_chars=MAX_NOTE_CHARS,
    )
