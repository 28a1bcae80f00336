"""The operator's page of readers: who may come in, invitations, new passwords."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.account import Role, TicketKind
from nutgraf.domain.ids import ReaderId
from nutgraf.errors import Conflict
from nutgraf.web.pages.desk_frame import render_desk
from nutgraf.web.rendering import site_of
from nutgraf.web.services import WebServices

INVITATION_DAYS = 7
RESET_HOURS = 24


def reader_list(request: Request) -> Response:
    """GET /readers."""
    return _page(request)


async def invite_reader(request: Request) -> Response:
    """POST /readers/invite with `role`: a one-time link, shown once."""
    async with request.form(max_files=0, max_fields=4) as form:
        role = Role.OPERATOR if form.get("role") == Role.OPERATOR else Role.READER
    return await run_in_threadpool(_invite, request, role)


def reset_reader(request: Request) -> Response:
    """POST /readers/{reader_id}/reset: a one-time link to a new password, shown once. Raises NotFound."""
    services = site_of(request).services
    now = services.clock.now()
    reader = services.store.get_reader(ReaderId(request.path_params["reader_id"]))
    token = services.store.issue_ticket(
        TicketKind.RESET, role=reader.role, reader_id=reader.id, now=now, expires_at=now + timedelta(hours=RESET_HOURS)
    )
    return _page(request, link=link_to(request, services, token), link_is_for=reader.name)


def disable_reader(request: Request) -> Response:
    """POST /readers/{reader_id}/disable: keep somebody out. Raises NotFound."""
    services = site_of(request).services
    try:
        services.store.set_disabled(ReaderId(request.path_params["reader_id"]), services.clock.now())
    except Conflict as error:
        return _page(request, problem=error.message, status=409)
    return RedirectResponse("/readers", status_code=303)


def enable_reader(request: Request) -> Response:
    """POST /readers/{reader_id}/enable: let somebody in again. Raises NotFound."""
    site_of(request).services.store.set_disabled(ReaderId(request.path_params["reader_id"]), None)
    return RedirectResponse("/readers", status_code=303)


def link_to(request: Request, services: WebServices, token: str) -> str:
    """The address of a one-time link; at the public address where that is set, else as the operator came."""
    parts = urlsplit(services.public_url or str(request.base_url))
    return f"{parts.scheme}://{parts.netloc}/welcome/{token}"


def _invite(request: Request, role: Role) -> Response:
    services = site_of(request).services
    now = services.clock.now()
    token = services.store.issue_ticket(
        TicketKind.INVITE, role=role, now=now, expires_at=now + timedelta(days=INVITATION_DAYS)
    )
    return _page(request, link=link_to(request, services, token))


def _page(request: Request, *, link: str = "", link_is_for: str = "", problem: str = "", status: int = 200) -> Response:
    services = site_of(request).services
    return render_desk(
        request,
        "readers.html",
        status=status,
        headers={"Cache-Control": "no-store"} if link else None,
        readers=services.store.list_readers(),
        link=link,
        link_is_for=link_is_for,
        problem=problem,
    )
