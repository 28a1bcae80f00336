"""Error pages, in the site's own look, saying nothing of the inside."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from nutgraf.errors import NutgrafError
from nutgraf.web.rendering import render
from nutgraf.web.security import API_PREFIX, PAGE_CACHE_CONTROL, SECURITY_HEADERS
from nutgraf.web.statuses import http_status

TITLES = {
    400: "That request was not understood",
    401: "Please sign in",
    403: "That was refused",
    404: "There is no such page",
    405: "That cannot be done here",
    413: "That is too large",
    429: "Too many tries",
    500: "Something broke on our side",
    503: "The archive cannot be reached",
}

SENTENCES = {
    401: "This page is for readers who have signed in.",
    400: "Part of the address or of what was sent is not as it should be.",
    403: "A change must be made from Nutgraf's own pages.",
    404: "The address may be mistyped, or the brief may have gone.",
    405: "This address does not take that kind of request.",
    413: "What was sent is larger than this page takes.",
    500: "The error is in the log. Nothing you had is lost; trying again in a moment may work.",
    503: "The database does not answer just now. Trying again in a moment may work.",
}


API_CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_requests",
    500: "internal",
}
"""Of errors without a code of their own."""


def error_page(request: Request, status: int, sentence: str = "", code: str = "") -> Response:
    """The page for a status, for programs as JSON; `sentence` says more than the status does, `code` names it."""
    if request.url.path.startswith(API_PREFIX):
        message = sentence or SENTENCES.get(status) or TITLES.get(status, "That did not work")
        return JSONResponse({"error": code or API_CODES.get(status, "error"), "message": message}, status_code=status)
    return render(
        request,
        "error.html",
        status=status,
        code=status,
        title=TITLES.get(status, "That did not work"),
        sentence=sentence or SENTENCES.get(status, ""),
    )


async def http_error(request: Request, error: Exception) -> Response:
    """The page for an error that a route or Starlette itself raised."""
    assert isinstance(error, HTTPException)
    if error.status_code in (204, 304):
        return Response(status_code=error.status_code, headers=error.headers)
    own_words = error.detail if error.status_code in (400, 413) else ""
    response = error_page(request, error.status_code, own_words)
    response.headers.update(error.headers or {})
    return response


async def nutgraf_error(request: Request, error: Exception) -> Response:
    """The page for an expected error that no page caught."""
    assert isinstance(error, NutgrafError)
    status = http_status(error)
    return error_page(request, status, "" if status in SENTENCES else error.message, error.code)


async def unexpected_error(request: Request, error: Exception) -> Response:
    """The page for a defect; it stands outside the gate and so sets the headers itself. The server logs the error."""
    response = error_page(request, 500)
    response.headers.update({**SECURITY_HEADERS, "Cache-Control": PAGE_CACHE_CONTROL})
    return response
