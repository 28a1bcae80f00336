"""How a reader likes pages to be: text, colours, lists and keys."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.appearance import Appearance, ListView, Measure, TextSize, Theme
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.rendering import site_of


async def choose_appearance(request: Request) -> Response:
    """POST /account/appearance with `text_size`, `measure`, `theme`, `list_view` and `keys`."""
    async with request.form(max_files=0, max_fields=8) as form:
        chosen = {name: str(value) for name, value in form.items()}
    try:
        appearance = Appearance(
            TextSize(chosen.get("text_size", "normal")),
            Measure(chosen.get("measure", "normal")),
            Theme(chosen.get("theme", "auto")),
            ListView(chosen.get("list_view", "cards")),
            has_keys="keys" in chosen,
        )
    except ValueError:
        raise HTTPException(400, "One of the choices is none of those offered.") from None
    await run_in_threadpool(site_of(request).services.store.set_appearance, reader_of(request), appearance)
    return RedirectResponse("/account?done=appearance", status_code=303)
