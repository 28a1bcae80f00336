"""Where one-time links lead: setting the site up, coming in by an invitation, choosing a new password."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.account import Ticket
from nutgraf.errors import ConfigError, Conflict, NotFound
from nutgraf.web.accounts.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, hash_password
from nutgraf.web.pages.login import MAX_NAME_CHARS, sign_in
from nutgraf.web.rendering import render, site_of
from nutgraf.web.statuses import http_status

MAX_TOKEN_CHARS = 100


def welcome_page(request: Request) -> Response:
    """GET /welcome/{token}: the form for name and password; opening it does not use the link up. Raises NotFound."""
    ticket = _ticket(request)
    return _form(request, ticket, name=ticket.reader.name if ticket.reader and ticket.reader.has_password else "")


async def come_in(request: Request) -> Response:
    """POST /welcome/{token} with `name` and `password`: use the link up and sign in. Raises NotFound."""
    async with request.form(max_files=0, max_fields=8) as form:
        name = " ".join(str(form.get("name", "")).split())
        password = str(form.get("password", ""))[: MAX_PASSWORD_CHARS + 1]
    return await run_in_threadpool(_come_in, request, name, password)


def _come_in(request: Request, name: str, password: str) -> Response:
    services = site_of(request).services
    ticket = _ticket(request)
    try:
        if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
            raise ConfigError(f"Please choose a name of up to {MAX_NAME_CHARS} characters.")
        password_hash = hash_password(password)
        reader = services.store.redeem_ticket(
            request.path_params["token"], name=name, password_hash=password_hash, now=services.clock.now()
        )
    except (ConfigError, Conflict) as error:
        return _form(request, ticket, name=name[:MAX_NAME_CHARS], problem=error.message, status=http_status(error))
    return sign_in(request, reader, "/")


def _ticket(request: Request) -> Ticket:
    token = request.path_params["token"]
    services = site_of(request).services
    if len(token) > MAX_TOKEN_CHARS:
        raise NotFound("This link was used already or has expired.")
    return services.store.get_ticket(token, now=services.clock.now())


def _form(request: Request, ticket: Ticket, *, name: str = "", problem: str = "", status: int = 200) -> Response:
    return render(
        request,
        "welcome.html",
        status=status,
        kind=ticket.kind.value,
        name=name,
        problem=problem,
        min_chars=MIN_PASSWORD_CHARS,
    )
