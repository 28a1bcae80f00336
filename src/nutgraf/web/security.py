"""What guards the site: response headers, the Host check, the same-origin check and the limit on request bodies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types nutgraf"
)
"""Scripts are files of ours, never inline, and cannot turn text into markup or code.

The one policy for trusted types is reading.js's, which gives the address of sw.js whatever it is asked.
"""

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with it browsers send `Origin: null` on our own forms (Fetch, "append a request Origin
    # header"), which the same-origin check must refuse where there is no Sec-Fetch-Site (plain HTTP in a home
    # network). Other sites get no referrer by either.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}

API_PREFIX = "/api/"
"""Addresses for programs: they are refused in JSON."""
PAGE_CACHE_CONTROL = "private, no-cache"
_ENCODED_HEADERS = tuple(
    (name.lower().encode(), value.encode())
    for name, value in {**SECURITY_HEADERS, "Cache-Control": PAGE_CACHE_CONTROL}.items()
)
"""As ASGI sends them; with each answer, so that they are encoded once."""
MAX_FORM_BYTES = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Refuse = Callable[[Request, int, str], Response]
"""Makes the page for a refused request from its status and one plain sentence."""
Admit = Callable[[Request], Awaitable[Response | None]]
"""Finds out who asks and whether they may; the answer for those who may not."""


def host_name(host: str) -> str:
    """The name in a Host header without its port, lower case; brackets of an IPv6 address stay."""
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def is_host_allowed(host: str, allowed_hosts: frozenset[str]) -> bool:
    """Whether a Host header names this site.

    A page elsewhere can make its own name resolve to 127.0.0.1 (DNS rebinding) and would then be "same origin" with
    us; the name in the Host header is what gives it away.
    """
    return "*" in allowed_hosts or host_name(host) in allowed_hosts


def is_same_origin(headers: Headers) -> bool:
    """Whether a request that changes something comes from our own pages.

    `Sec-Fetch-Site` decides where the browser sends it; else `Origin` must name our host. A request with neither is
    allowed: every browser of the last years sends at least one with a POST, so it comes from a program such as curl,
    which carries no one's authority but its user's own.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""


class Gate:
    """ASGI middleware: refuses what must not reach a page, and sets the headers of every answer.

    `admit` is asked last, and of every request. `body_limits` gives the largest body in bytes by path (of all below
    it, where it ends in a slash), for paths that take more than a form.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowed_hosts: frozenset[str],
        body_limits: Mapping[str, int],
        refuse: Refuse,
        admit: Admit,
    ) -> None:
        self.app = app
        self.admit = admit
        self.allowed_hosts = allowed_hosts
        self.body_limits = body_limits
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        guarded_send = _with_headers(send)
        limit_bytes = self._body_limit(scope["path"])
        request = Request(scope)
        refusal = self._refusal(request, limit_bytes) or await self.admit(request)
        if refusal is not None:
            await refusal(scope, receive, guarded_send)
            return
        await self.app(scope, _limited(receive, limit_bytes), guarded_send)

    def _body_limit(self, path: str) -> int:
        for known, limit_bytes in self.body_limits.items():
            if path == known or (known.endswith("/") and path.startswith(known)):
                return limit_bytes
        return MAX_FORM_BYTES

    def _refusal(self, request: Request, limit_bytes: int) -> Response | None:
        headers = request.headers
        if not is_host_allowed(headers.get("host", ""), self.allowed_hosts):
            return self.refuse(request, 400, "This site does not answer under that host name.")
        if request.method not in SAFE_METHODS and not is_same_origin(headers):
            return self.refuse(request, 403, "A change must be made from Nutgraf's own pages.")
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared[:18]) > limit_bytes:
            return self.refuse(request, 413, _too_large(limit_bytes))
        return None


def _too_large(limit_bytes: int) -> str:
    size = f"{limit_bytes // 2**20} MB" if limit_bytes >= 2**20 else f"{limit_bytes // 2**10} KB"
    return f"What was sent is larger than the {size} this page takes."


def _limited(receive: Receive, limit_bytes: int) -> Receive:
    """`receive` that counts, because a chunked body declares no length."""
    total_bytes = 0

    async def receive_within_limit() -> Message:
        nonlocal total_bytes
        message = await receive()
        total_bytes += len(message.get("body", b""))
        if total_bytes > limit_bytes:
            raise HTTPException(413, _too_large(limit_bytes))
        return message

    return receive_within_limit


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name for name, _ in message["headers"]}
            message["headers"] += [header for header in _ENCODED_HEADERS if header[0] not in present]
        await send(message)

    return send_with_headers
