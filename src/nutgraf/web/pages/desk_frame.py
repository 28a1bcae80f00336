"""What all pages of the operator's desk share: the frame with what waits where."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from nutgraf.domain.records import ArticleState
from nutgraf.web.rendering import render, site_of


def render_desk(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of the desk, with `counts` of the store for its navigation."""
    counts = site_of(request).services.store.counts()
    return render(
        request,
        template,
        status=status,
        counts=counts,
        set_aside_count=counts.articles.get(ArticleState.QUARANTINED, 0),
        **context,
    )
