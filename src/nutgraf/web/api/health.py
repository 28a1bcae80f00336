"""GET /livez, /readyz and /healthz: for supervisors and load balancers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from nutgraf.errors import StoreError
from nutgraf.web.rendering import site_of

_FRESH = {"Cache-Control": "no-store"}


async def livez(request: Request) -> PlainTextResponse:
    """200 as long as this process answers at all; asks nobody else, so that a lost database restarts nothing."""
    return PlainTextResponse("ok\n", headers=_FRESH)


def readyz(request: Request) -> JSONResponse:
    """200 with `status` ok, or 503 with the reasons; asks the database one cheap question."""
    services = site_of(request).services
    reasons: list[str] = []
    try:
        services.store.ping()
    except StoreError as error:
        reasons.append(f"database: {error.code}")
    body = {"status": "unavailable" if reasons else "ok", "version": services.version, "reasons": reasons}
    return JSONResponse(body, status_code=503 if reasons else 200, headers=_FRESH)
