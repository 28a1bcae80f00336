"""Conditional requests: whether the client has this version already (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response

TAG_CHARS = 24


def entity_tag(*parts: str) -> str:
    """A weak tag for what `parts` say: the same words, whatever coding they are sent in."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f'W/"{digest[:TAG_CHARS]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether If-None-Match names `tag`, compared weakly."""
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    return tag.removeprefix("W/") in known or "*" in known


def conditional(request: Request, body: bytes, media_type: str, *, last_modified: datetime | None = None) -> Response:
    """`body`, or 304 where the client has it. `last_modified` only where it tells every change.

    If-None-Match decides where it is sent; If-Modified-Since counts only without it.
    """
    tag = entity_tag(body.decode())
    headers = {"ETag": tag}
    if last_modified is not None:
        headers["Last-Modified"] = format_datetime(last_modified.astimezone(UTC), usegmt=True)
    has_it = is_known(request, tag) if "if-none-match" in request.headers else _is_old(request, last_modified)
    if has_it:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _is_old(request: Request, last_modified: datetime | None) -> bool:
    """Whether nothing has changed since If-Modified-Since."""
    since = request.headers.get("if-modified-since", "")
    if last_modified is None or not since:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    return last_modified.replace(microsecond=0) <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
