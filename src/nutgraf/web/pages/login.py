"""Signing in and out."""

from __future__ import annotations

from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.account import Reader, name_key
from nutgraf.web.accounts.identity import (
    SESSION_COOKIE,
    SESSION_DAYS,
    clear_session_cookie,
    identity_of,
    set_session_cookie,
)
from nutgraf.web.accounts.passwords import MAX_PASSWORD_CHARS, is_password
from nutgraf.web.rendering import render, site_of

MAX_NAME_CHARS = 60
_MAX_NEXT_CHARS = 500


def login_page(request: Request) -> Response:
    """GET /login?next=…: the form; whoever is signed in already, or need not be, goes on."""
    identity = identity_of(request)
    if identity is not None and identity.role is not None:
        return RedirectResponse(own_path(request.query_params.get("next", "")), status_code=303)
    return _form(request, next_path=own_path(request.query_params.get("next", "")))


async def log_in(request: Request) -> Response:
    """POST /login with `name`, `password`, `next`: a new session, or the form again after a failure.

    Too many failures for a name or from an address make both wait. A name that nobody has takes as long as a wrong
    password, and the answer is the same.
    """
    site = site_of(request)
    async with request.form(max_files=0, max_fields=8) as form:
        name = str(form.get("name", ""))[:MAX_NAME_CHARS]
        password = str(form.get("password", ""))[: MAX_PASSWORD_CHARS + 1]
        next_path = own_path(str(form.get("next", "")))
    now = site.services.clock.now()
    keys = _limited_by(request, name)
    wait_s = site.attempts.wait_s(keys, now)
    if wait_s > 0:
        minutes = max(1, round(wait_s / 60))
        problem = f"Too many tries. Please wait {minutes} {'minute' if minutes == 1 else 'minutes'}."
        return _form(request, next_path=next_path, name=name, problem=problem, status=429, retry_after_s=wait_s)
    site.attempts.failed(keys, now)  # taken back below: tries at the same moment must not slip through
    reader = await run_in_threadpool(_check, request, name, password)
    if reader is None:
        return _form(request, next_path=next_path, name=name, problem="Name or password is wrong.", status=401)
    site.attempts.succeeded(keys)
    return await run_in_threadpool(sign_in, request, reader, next_path)


def log_out(request: Request) -> Response:
    """POST /logout: end this session."""
    token = request.cookies.get(SESSION_COOKIE, "")
    if token:
        site_of(request).services.store.close_session(token)
    response = RedirectResponse("/login", status_code=303)
    clear_session_cookie(response)
    return response


def sign_in(request: Request, reader: Reader, next_path: str) -> Response:
    """Open a new session for `reader`, ending the one the browser had, and go on to `next_path`."""
    services = site_of(request).services
    if earlier := request.cookies.get(SESSION_COOKIE, ""):
        services.store.close_session(earlier)
    now = services.clock.now()
    token = services.store.open_session(reader.id, now=now, expires_at=now + timedelta(days=SESSION_DAYS))
    response = RedirectResponse(next_path, status_code=303)
    set_session_cookie(response, token)
    return response


def own_path(path: str) -> str:
    """`path` where it is a page of this site, else the front page: a link must not lead elsewhere after signing in.

    Browsers read a backslash as a slash and drop control characters, so that `/\\evil` and `/<tab>/evil` are hosts.
    """
    is_own = path.startswith("/") and not path.startswith(("//", "/login", "/logout"))
    is_plain = len(path) <= _MAX_NEXT_CHARS and path.isascii() and path.isprintable() and "\\" not in path
    return path if is_own and is_plain else "/"


def _limited_by(request: Request, name: str) -> tuple[str, ...]:
    """What failures are counted under: the name, and the address unless it is a proxy's on this machine."""
    address = request.client.host if request.client else ""
    of_name = f"name {name_key(name)}"
    return (of_name,) if address in ("", "127.0.0.1", "::1") else (of_name, f"address {address}")


def _check(request: Request, name: str, password: str) -> Reader | None:
    found = site_of(request).services.store.find_reader(name)
    reader, password_hash = found if found else (None, "")
    is_right = is_password(password, password_hash)
    return reader if is_right and reader is not None and reader.disabled_at is None else None


def _form(
    request: Request,
    *,
    next_path: str,
    name: str = "",
    problem: str = "",
    status: int = 200,
    retry_after_s: float = 0.0,
) -> Response:
    headers = {"Retry-After": str(round(retry_after_s) or 1)} if retry_after_s else {}
    return render(
        request, "login.html", status=status, headers=headers, next_path=next_path, name=name, problem=problem
    )
