"""GET /pictures/{digest}: a publisher's icon or an article's lead picture, as Nutgraf keeps it.

Only what is stored has a digest, so that nobody can have us fetch a picture of their choosing by asking for it.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from nutgraf.web.rendering import site_of

DIGEST = "[0-9a-f]{64}"

PICTURE_HEADERS = {
    # Whatever a file pretends to be, opened by itself it is a document without scripts, origin or requests.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=31536000, immutable",
    "Referrer-Policy": "no-referrer",
}
"""Beside those of every answer, nosniff among them."""


def picture(request: Request) -> Response:
    """The picture, or 304 where the browser has it already. Raises NotFound."""
    digest = request.path_params["digest"]
    headers = PICTURE_HEADERS | {"ETag": f'"{digest}"'}
    if f'"{digest}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    stored = site_of(request).services.store.load_picture(digest)
    return Response(stored.body, media_type=stored.media_type, headers=headers)
