"""The icon that a page declares for its site (HTML Standard, "link type icon")."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urljoin

from nutgraf.stages.parse.decoding import decode_document
from nutgraf.stages.parse.discovery import TAG, read_attributes
from nutgraf.text.addresses import absolute_url

MAX_HEAD_BYTES = 256 * 1024
MAX_HEAD_TAGS = 2_000
_SIDE = re.compile(r"(\d{1,4})x\d{1,4}", re.IGNORECASE | re.ASCII)
_WANTED_SIDE = 96
_APPLE_SIDE = 180  # what such an icon has by custom where the page does not say
_UNKNOWN_SIDE = 32


def find_page_icon(page: bytes, *, url: str) -> str:
    """Address of the raster icon nearest to what a tile shows; the site's /favicon.ico without any. Never raises."""
    text = decode_document(page[:MAX_HEAD_BYTES]).utf8.decode("utf-8", "replace")
    base, best, best_distance = url, "", 10_000
    for match in islice(TAG.finditer(text), MAX_HEAD_TAGS):
        name, attributes = match.group(1).lower(), read_attributes(match.group(2))
        if name == "a":
            continue
        address = absolute_url(attributes.get("href", ""), base)
        if address and name == "base":
            base = address
        distance = _distance(attributes) if address and name == "link" else None
        if distance is not None and distance < best_distance:
            best, best_distance = address, distance
    return best or absolute_url(urljoin(url, "/favicon.ico"), url)


def _distance(attributes: dict[str, str]) -> int | None:
    """How far the icon's side is from the wanted one, too small counting double; None for what is no raster icon."""
    relations = attributes.get("rel", "").lower().split()
    is_apple = "apple-touch-icon" in relations or "apple-touch-icon-precomposed" in relations
    is_svg = "svg" in attributes.get("type", "").lower() or attributes.get("href", "").lower().endswith(".svg")
    if is_svg or not (is_apple or "icon" in relations):
        return None
    sides = [int(side) for side in _SIDE.findall(attributes.get("sizes", "")[:200])]
    differences = [side - _WANTED_SIDE for side in sides or [_APPLE_SIDE if is_apple else _UNKNOWN_SIDE]]
    return min(difference if difference >= 0 else -2 * difference for difference in differences)
