"""GET /healthz: whether this process can serve, for supervisors and load balancers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from nutgraf.errors import StoreError
from nutgraf.web.rendering import site_of


def healthz(request: Request) -> JSONResponse:
    """200 with `status` ok, or 503 with the reasons; asks the database one cheap question."""
    services = site_of(request).services
    reasons: list[str] = []
    try:
        services.store.ping()
    except StoreError as error:
        reasons.append(f"database: {error.code}")
    body = {"status": "unavailable" if reasons else "ok", "version": services.version, "reasons": reasons}
    return JSONResponse(body, status_code=503 if reasons else 200, headers={"Cache-Control": "no-store"})
