"""The operator's desk: what is under way, what was set aside, what there is, and what this installation is."""

from __future__ import annotations

import platform
import re
from datetime import UTC, datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.desk import MAX_COUNTED, SettingValue
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import FeedState, QuarantineRecord
from nutgraf.web.pages.desk_frame import render_desk
from nutgraf.web.rendering import site_of

SET_ASIDE_PER_PAGE = 50
REASON = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)
CURSOR = re.compile(r"(\d{1,17})-(\d{1,18})", re.ASCII)
SHORTEST_RATED = timedelta(minutes=1)
"""A rate is told only after so long: before, it would be the chance of a moment."""
STORAGE_SETTINGS = ("retention.keep_days", "retention.old_text_days", "pictures.max_total_bytes", "work.min_free_bytes")
"""What bounds the store; shown beside its size."""

DONE_SENTENCES = {
    "replayed": "The article is being tried again.",
    "replayed-all": "These articles are being tried again.",
}


def work_page(request: Request) -> Response:
    """GET /desk: what waits, what is under way in which process, and what was done since the start."""
    services = site_of(request).services
    now = services.clock.now()
    report = services.work()
    feeds = services.store.list_feeds()
    hours = (now - report.started_at) / timedelta(hours=1)
    is_rated = now - report.started_at >= SHORTEST_RATED
    return render_desk(
        request,
        "desk_work.html",
        report=report,
        progress=services.progress(),
        queues=services.store.step_queues(now=now),
        processes=services.store.list_workers(),
        failing=sum(bool(feed.error_code) and feed.state is FeedState.ACTIVE for feed in feeds),
        next_poll_at=min((f.next_poll_at for f in feeds if f.state is FeedState.ACTIVE), default=None),
        rates={name: count / hours for name, count in report.totals.items()} if is_rated else {},
    )


def set_aside_page(request: Request) -> Response:
    """GET /desk/set-aside: articles of which no brief could be made, all or for the `reason` asked for."""
    reason = request.query_params.get("reason", "")
    cursor = request.query_params.get("before", "")
    match = CURSOR.fullmatch(cursor)
    if (reason and not REASON.fullmatch(reason)) or (cursor and match is None):
        raise HTTPException(400)
    store = site_of(request).services.store
    before = (_moment(int(match[1])), ArticleId(int(match[2]))) if match else None
    found = store.list_quarantine(error_code=reason, before=before, limit=SET_ASIDE_PER_PAGE + 1)
    shown = found[:SET_ASIDE_PER_PAGE]
    older = f"/desk/set-aside?reason={reason}&before={_cursor(shown[-1])}" if len(found) > len(shown) else ""
    return render_desk(
        request,
        "desk_set_aside.html",
        reasons=store.set_aside_reasons(),
        max_counted=MAX_COUNTED,
        reason=reason,
        items=shown,
        older_href=older,
        done=DONE_SENTENCES.get(request.query_params.get("done", ""), ""),
    )


async def replay_all(request: Request) -> Response:
    """POST /desk/set-aside/replay with `reason`: try all of that reason again, or all where it is empty."""
    async with request.form(max_files=0, max_fields=4) as form:
        reason = str(form.get("reason", ""))
    if reason and not REASON.fullmatch(reason):
        raise HTTPException(400)
    services = site_of(request).services
    now = services.clock.now()
    while await run_in_threadpool(services.store.replay_all, error_code=reason, now=now):
        continue  # portion by portion, so that no transaction keeps others from writing for long
    services.wake()
    return RedirectResponse("/desk/set-aside?done=replayed-all", status_code=303)


def storage_page(request: Request) -> Response:
    """GET /desk/storage: how large the database is, and what is in it."""
    services = site_of(request).services
    settings = {setting.name: setting for setting in services.settings()}
    return render_desk(
        request,
        "desk_storage.html",
        facts=services.store.store_facts(),
        limits=[settings[name] for name in STORAGE_SETTINGS if name in settings],
    )


def settings_page(request: Request) -> Response:
    """GET /desk/settings: every setting with its value and source."""
    groups: dict[str, list[SettingValue]] = {}
    for setting in site_of(request).services.settings():
        groups.setdefault(setting.group, []).append(setting)
    return render_desk(request, "desk_settings.html", groups=groups)


def log_page(request: Request) -> Response:
    """GET /desk/log: the warnings and errors of late."""
    return render_desk(request, "desk_log.html", entries=site_of(request).services.recent_log())


def about_page(request: Request) -> Response:
    """GET /desk/about: versions and time since the start."""
    services = site_of(request).services
    return render_desk(
        request,
        "desk_about.html",
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        facts=services.store.store_facts(),
        started_at=services.work().started_at,
    )


def _cursor(item: QuarantineRecord) -> str:
    return f"{(item.since - _EPOCH) // _MICROSECOND}-{item.article_id}"


def _moment(microseconds: int) -> datetime:
    """Raises HTTPException 400 for a time beyond the year 9999."""
    try:
        return _EPOCH + microseconds * _MICROSECOND
    except OverflowError:
        raise HTTPException(400) from None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
