"""Conditional requests: whether the browser has this version already (RFC 9110, section 13.1.2)."""

from __future__ import annotations

import hashlib

from starlette.requests import Request

TAG_CHARS = 24


def entity_tag(*parts: str) -> str:
    """A weak tag for what `parts` say: the same words, whatever coding they are sent in."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f'W/"{digest[:TAG_CHARS]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether If-None-Match names `tag`, compared weakly."""
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    return tag.removeprefix("W/") in known or "*" in known
