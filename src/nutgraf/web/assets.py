"""Static files: read once at start, served from memory under an address that holds their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from nutgraf.web.conditional import is_known

STATIC_FOLDER = Path(__file__).parent / "static"

STYLESHEET_PARTS = (
    "tokens.css",
    "base.css",
    "components/masthead.css",
    "components/notice.css",
    "components/tile.css",
    "components/byline.css",
    "components/chips.css",
    "components/card.css",
    "components/front.css",
    "components/marks.css",
    "components/brief.css",
    "components/sentence.css",
    "components/changes.css",
    "components/pairs.css",
    "components/listing.css",
    "components/search.css",
    "components/form.css",
    "components/account.css",
    "components/feeds.css",
    "components/desk.css",
    "components/desk_frame.css",
    "components/figures.css",
    "components/start.css",
    "components/looks.css",
    "components/keys.css",
    "components/footer.css",
    "print.css",
)
"""The style sheets in the order of the cascade; they are sent as one."""

SCRIPTS = ("reading.js", "evidence.js", "sw.js")
ICONS = ("icon-192.png", "icon-512.png", "icon-maskable.png")
"""Made from favicon.svg by tools/app_icons.py."""

HASH_CHARS = 12
IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file to serve; `path` is its address on the site, which changes with its content."""

    path: str
    media_type: str
    body: bytes
    etag: str


def load_assets(folder: Path = STATIC_FOLDER) -> Mapping[str, Asset]:
    """The site's assets by plain name. Raises OSError where a file is missing: that is a broken installation."""
    stylesheet = b"\n".join((folder / part).read_bytes() for part in STYLESHEET_PARTS)
    return {
        "site.css": _asset("site.css", "text/css; charset=utf-8", stylesheet),
        **{name: _asset(name, "text/javascript; charset=utf-8", (folder / name).read_bytes()) for name in SCRIPTS},
        **{name: _asset(name, "image/png", (folder / name).read_bytes()) for name in ICONS},
        "favicon.svg": _asset("favicon.svg", "image/svg+xml", (folder / "favicon.svg").read_bytes()),
    }


def _asset(name: str, media_type: str, body: bytes) -> Asset:
    digest = hashlib.sha256(body).hexdigest()[:HASH_CHARS]
    return Asset(path=f"/static/{digest}/{name}", media_type=media_type, body=body, etag=f'"{digest}"')


def asset_response(request: Request, asset: Asset, *, cache_control: str = IMMUTABLE) -> Response:
    """The asset, or 304 where the browser has it already."""
    headers = {"ETag": asset.etag, "Cache-Control": cache_control}
    if is_known(request, asset.etag):
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)


async def static_file(request: Request) -> Response:
    """GET /static/{digest}/{name}: the file, if that is its present address. Raises HTTPException 404."""
    asset = request.app.state.site.assets.get(request.path_params["name"])
    if asset is None or asset.path != request.url.path:
        raise HTTPException(404)
    return asset_response(request, asset)


async def favicon(request: Request) -> Response:
    """GET /favicon.ico: the icon for browsers that ask for it by its old name."""
    return asset_response(request, request.app.state.site.assets["favicon.svg"], cache_control="public, max-age=86400")
