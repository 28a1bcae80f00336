"""The ledger in public: what was published of what quality, by whom, and what turned out to be wrong."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from nutgraf.domain.ledger import Ledger
from nutgraf.outputs.ledger_json import ledger_to_dict
from nutgraf.web.charts import draw_bars
from nutgraf.web.rendering import render, site_of

WINDOWS_DAYS = (7, 30, 365)


def accuracy_page(request: Request) -> Response:
    """GET /accuracy: the last 30 days, or the `days` asked for (7, 30 or 365)."""
    days, ledger = _ledger(request)
    by_day = dict(ledger.by_day)
    return render(
        request,
        "accuracy.html",
        ledger=ledger,
        days=days,
        windows=WINDOWS_DAYS,
        charts=(
            draw_bars("Published sentences", ledger, {day: counts.sentences for day, counts in by_day.items()}),
            draw_bars(
                "Drafted sentences withheld",
                ledger,
                {day: counts.repaired + counts.dropped for day, counts in by_day.items()},
            ),
            draw_bars("Reports upheld", ledger, {day: counts.upheld for day, counts in by_day.items()}),
        ),
    )


def accuracy_json(request: Request) -> Response:
    """GET /accuracy.json: the same for machines."""
    _, ledger = _ledger(request)
    return JSONResponse(ledger_to_dict(ledger))


def _ledger(request: Request) -> tuple[int, Ledger]:
    asked = request.query_params.get("days", "")
    days = next((days for days in WINDOWS_DAYS if str(days) == asked), 30)
    services = site_of(request).services
    return days, services.store.ledger(last=services.clock.now().date(), days=days)
