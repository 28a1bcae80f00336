"""A reader's own account: password, sessions, and tokens for programs."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from nutgraf.domain.account import TokenScope
from nutgraf.domain.ids import TokenId
from nutgraf.errors import ConfigError, Conflict
from nutgraf.web.accounts.identity import clear_session_cookie, identity_of, reader_of
from nutgraf.web.accounts.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, hash_password, is_password
from nutgraf.web.pages.login import sign_in
from nutgraf.web.rendering import base_url, render, site_of

MAX_TOKEN_NAME_CHARS = 60
DONE_SENTENCES = {
    "password": "The new password is in use. Other sessions have ended.",
    "appearance": "Pages look so from now on.",
    "revoked": "The token is revoked. What used it can read nothing any more.",
}


def account_page(request: Request) -> Response:
    """GET /account."""
    return _page(request)


def own_data(request: Request) -> Response:
    """GET /account/data.json: all that is kept of this reader, as a file."""
    data = site_of(request).services.store.reader_data(reader_of(request))
    headers = {"Content-Disposition": 'attachment; filename="nutgraf-reader.json"', "Cache-Control": "no-store"}
    return JSONResponse(data, headers=headers)


async def change_password(request: Request) -> Response:
    """POST /account/password with `old` and `new`: every other session ends."""
    async with request.form(max_files=0, max_fields=8) as form:
        old = str(form.get("old", ""))[: MAX_PASSWORD_CHARS + 1]
        new = str(form.get("new", ""))[: MAX_PASSWORD_CHARS + 1]
    site = site_of(request)
    now = site.services.clock.now()
    keys = (f"reader {reader_of(request)}",)
    if site.attempts.wait_s(keys, now) > 0:
        return await run_in_threadpool(_page, request, problem="Too many tries. Please wait a while.", status=429)
    site.attempts.failed(keys, now)
    return await run_in_threadpool(_change_password, request, old, new, keys)


def end_sessions(request: Request) -> Response:
    """POST /account/sessions/end: sign out everywhere."""
    site_of(request).services.store.close_sessions(reader_of(request))
    response = RedirectResponse("/login", status_code=303)
    clear_session_cookie(response)
    return response


async def make_token(request: Request) -> Response:
    """POST /account/tokens with `name` and `scope`: the page with a new token, shown this once."""
    async with request.form(max_files=0, max_fields=4) as form:
        name = " ".join(str(form.get("name", "")).split())[:MAX_TOKEN_NAME_CHARS]
        asked = str(form.get("scope", ""))
    scope = next((scope for scope in TokenScope if scope == asked), TokenScope.FEEDS)
    return await run_in_threadpool(_make_token, request, name, scope)


def revoke_token(request: Request) -> Response:
    """POST /account/tokens/{token_id}/revoke. Raises NotFound."""
    site_of(request).services.store.revoke_token(reader_of(request), TokenId(request.path_params["token_id"]))
    return RedirectResponse("/account?done=revoked", status_code=303)


def _make_token(request: Request, name: str, scope: TokenScope) -> Response:
    services = site_of(request).services
    if not services.needs_login:
        return _page(request, problem="This site has no login, so programs need no token.", status=400)
    default = "Feed reader" if scope is TokenScope.FEEDS else "Program"
    try:
        token = services.store.issue_token(reader_of(request), scope, name or default, now=services.clock.now())
    except Conflict as error:
        return _page(request, problem=error.message, status=409)
    response = _page(request, new_token=token, new_scope=scope.value, base_url=base_url(request))
    response.headers["Cache-Control"] = "no-store"
    return response


def _change_password(request: Request, old: str, new: str, keys: tuple[str, ...]) -> Response:
    site = site_of(request)
    identity = identity_of(request)
    if identity is None or identity.reader is None:
        return _page(request, problem="This site has no login, so there is no password.", status=400)
    found = site.services.store.find_reader(identity.reader.name)
    if found is None or not is_password(old, found[1]):
        return _page(request, problem="The present password is wrong.", status=403)
    try:
        password_hash = hash_password(new)
    except ConfigError as error:
        return _page(request, problem=error.message, status=400)
    site.attempts.succeeded(keys)
    site.services.store.change_password(identity.reader.id, password_hash)
    return sign_in(request, identity.reader, "/account?done=password")


def _page(
    request: Request,
    *,
    problem: str = "",
    status: int = 200,
    new_token: str = "",
    new_scope: str = "",
    base_url: str = "",
) -> Response:
    services = site_of(request).services
    return render(
        request,
        "account.html",
        status=status,
        problem=problem,
        done="" if problem else DONE_SENTENCES.get(request.query_params.get("done", ""), ""),
        min_chars=MIN_PASSWORD_CHARS,
        tokens=services.store.list_tokens(reader_of(request)) if services.needs_login else [],
        new_token=new_token,
        new_scope=new_scope,
        base_url=base_url,
    )
