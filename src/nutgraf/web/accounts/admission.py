"""Finds out who a request comes from and whether they may pass: the part of the gate that knows readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from nutgraf.domain.account import TokenScope
from nutgraf.web.accounts.access import ACCESS, Access, is_admitted
from nutgraf.web.accounts.identity import (
    SESSION_COOKIE,
    FormTokens,
    Identity,
    is_form_token,
    keep_identity,
    open_identity,
)
from nutgraf.web.metering import METRICS_PATH, keep_route
from nutgraf.web.security import API_PREFIX, SAFE_METHODS, Refuse
from nutgraf.web.services import WebServices

MAX_TOKEN_CHARS = 100
FEED_SUFFIX = ".{format:feed}"
"""How the routes of outgoing feeds end: feed readers cannot sign in, so these take a token in their address."""
FORM_TOKEN_PARAMETER = "form"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets requests through by the table of access."""

    services: WebServices
    tokens: FormTokens
    routes: Sequence[BaseRoute]
    refuse: Refuse

    async def admit(self, request: Request) -> Response | None:
        """None where the request may pass, with its identity kept in the scope; else the answer to give."""
        path = route_path(self.routes, request.scope)
        keep_route(request.scope, path)
        identity = await self.identify(request, path or "")
        keep_identity(request.scope, identity)
        if path is None:
            return None  # the application's own 404 or 405
        access = ACCESS.get(path)
        if access is None or not is_admitted(identity.role, access):
            return self._turn_away(request, identity, access, path)
        if self._lacks_form_token(request, identity):
            return self.refuse(
                request,
                403,
                "This form was open for too long, or is not Nutgraf's own. Go back, load it again and retry.",
            )
        return None

    async def identify(self, request: Request, path: str) -> Identity:
        """Who asks: the reader of the token or the session, the operator where there is no login, else nobody.

        A token counts only for reading, and only where programs read (`path` is the route's); where one is sent, the
        session does not count.
        """
        if not self.services.needs_login:
            return open_identity(self.tokens)
        nobody = Identity(None, None, None, self.tokens.key_of(None))
        sent = _sent_token(request, path)
        if sent is not None:
            token, scopes = sent
            found = await run_in_threadpool(self.services.store.find_token, token) if _is_token(token) else None
            if found is None or found[1] not in scopes:
                return nobody
            reader = found[0]
            return Identity(reader, reader.id, reader.role, self.tokens.key_of(None))
        token = request.cookies.get(SESSION_COOKIE, "")
        session = None
        if _is_token(token):
            now = self.services.clock.now()
            session = await run_in_threadpool(self.services.store.find_session, token, now=now)
        if session is None:
            return nobody
        reader = session.reader
        return Identity(reader, reader.id, reader.role, self.tokens.key_of(token), session_token=token)

    def _turn_away(self, request: Request, identity: Identity, access: Access | None, path: str) -> Response:
        if identity.role is not None or access is None:
            return self.refuse(request, 403, "Only the operator of this site may do that.")
        # The one page to read among addresses for programs.
        is_browsing = path == f"{API_PREFIX}v1/docs" and "authorization" not in request.headers
        if (_is_for_programs(path) and not is_browsing) or path.endswith(FEED_SUFFIX):
            where = "its address" if path.endswith(FEED_SUFFIX) else "the Authorization header"
            response = self.refuse(request, 401, f"This wants a token in {where}; your account page makes one.")
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        if request.method in SAFE_METHODS:
            wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'next': wanted})}", status_code=303)
        return self.refuse(request, 401, "Please sign in first.")

    def _lacks_form_token(self, request: Request, identity: Identity) -> bool:
        """Whether this is a change without the token that our forms carry.

        A program that holds no session and names no page (curl on a site without a login) needs none: nobody can be
        tricked into running it.
        """
        headers = request.headers
        if request.method in SAFE_METHODS:
            return False
        is_program = identity.session_token is None and "sec-fetch-site" not in headers and "origin" not in headers
        return not is_program and not is_form_token(identity, request.query_params.get(FORM_TOKEN_PARAMETER, ""))


def _is_token(token: str) -> bool:
    return 0 < len(token) <= MAX_TOKEN_CHARS


def _is_for_programs(path: str) -> bool:
    """Whether programs ask there, which send their token in a header."""
    return path.startswith(API_PREFIX) or path == METRICS_PATH


def _sent_token(request: Request, path: str) -> tuple[str, frozenset[TokenScope]] | None:
    """The token that a program sent, and the scopes that it may have here; None where none counts."""
    if request.method not in SAFE_METHODS:
        return None
    is_feed = path.endswith(FEED_SUFFIX)
    if is_feed and "token" in request.query_params:
        return request.query_params["token"], frozenset({TokenScope.FEEDS})
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if (is_feed or _is_for_programs(path)) and scheme.lower() == "bearer":
        return token.strip(), frozenset({TokenScope.API, TokenScope.FEEDS} if is_feed else {TokenScope.API})
    return None


def route_path(routes: Sequence[BaseRoute], scope: Scope) -> str | None:
    """The path of the route that will answer, as it is declared; None where there is none or it refuses the method.

    An application that is mounted is asked for its routes. One that has none, or a route of another kind, has the
    path it is mounted at, which the table of access does not hold: what cannot be told apart is refused.
    """
    for route in routes:
        match, child_scope = route.matches(scope)
        if match is not Match.FULL:
            continue
        if isinstance(route, Mount) and route.routes:
            inner = route_path(route.routes, {**scope, **child_scope})
            return None if inner is None else route.path + inner
        return getattr(route, "path", "")
    return None
