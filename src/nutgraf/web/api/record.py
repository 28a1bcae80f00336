"""The JSON API's endpoints of the public record: corrections, and how accurate briefs turned out to be."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.ids import CorrectionId
from nutgraf.outputs.ledger_json import ledger_to_dict
from nutgraf.web.api import models
from nutgraf.web.api.answers import Limit, Number, next_path, send
from nutgraf.web.rendering import site_of


def corrections(request: Request, limit: Limit = 20, cursor: Number = "") -> Response:
    """Corrections and updates that changed a published brief, the latest first."""
    before = CorrectionId(int(cursor)) if cursor else None
    found = site_of(request).services.store.list_corrections(before=before, limit=limit + 1)
    more = str(found[limit - 1].id) if len(found) > limit else ""
    items = [models.CorrectionModel.of(record) for record in found[:limit]]
    return send(request, models.CorrectionsModel(items=items, next=next_path(request, more)))


def accuracy(
    request: Request, days: Annotated[Literal["7", "30", "365"], Query(description="how many days back")] = "30"
) -> Response:
    """Sentences published, weak and withheld, faults upheld and updates that broke a sentence, as on `/accuracy`."""
    services = site_of(request).services
    ledger = services.store.ledger(last=services.clock.now().date(), days=int(days))
    return send(request, models.AccuracyModel.model_validate(ledger_to_dict(ledger)))
