"""Nutgraf as an app: its manifest, the service worker, and what that keeps for reading without a network."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from nutgraf.domain.records import BriefQuery
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.assets import asset_response
from nutgraf.web.muting import Muting
from nutgraf.web.rendering import render, site_of

MAX_KEPT = 200
FILES = ("site.css", "reading.js", "favicon.svg")


def manifest(request: Request) -> Response:
    """GET /manifest.webmanifest: name, colours and icons (W3C Web Application Manifest)."""
    assets = site_of(request).assets
    icons = [
        {"src": assets["favicon.svg"].path, "type": "image/svg+xml", "sizes": "any"},
        {"src": assets["icon-192.png"].path, "type": "image/png", "sizes": "192x192"},
        {"src": assets["icon-512.png"].path, "type": "image/png", "sizes": "512x512"},
        {"src": assets["icon-maskable.png"].path, "type": "image/png", "sizes": "512x512", "purpose": "maskable"},
    ]
    described = {
        "name": "Nutgraf",
        "short_name": "Nutgraf",
        "description": "News in brief, every sentence with the words it rests on.",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fffefb",
        "theme_color": "#8f1d2c",
        "icons": icons,
    }
    return JSONResponse(described, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


def service_worker(request: Request) -> Response:
    """GET /sw.js: at the root, because a worker governs only what lies below its address."""
    return asset_response(request, site_of(request).assets["sw.js"], cache_control="no-cache")


def offline_page(request: Request) -> Response:
    """GET /offline: what is shown for a page that is not kept, without a network."""
    return render(request, "offline.html")


def offline_list(request: Request) -> Response:
    """GET /offline.json: the latest briefs and the files their pages need, for the service worker."""
    site = site_of(request)
    store, reader_id = site.services.store, reader_of(request)
    cards = store.list_briefs(BriefQuery(limit=MAX_KEPT), reader_id=reader_id)
    shown, _ = Muting(store.mutes(reader_id)).apply(cards)
    briefs = [{"path": f"/brief/{card.article_id}", "headline": card.headline} for card in shown]
    return JSONResponse({"files": [site.assets[name].path for name in FILES], "briefs": briefs})
