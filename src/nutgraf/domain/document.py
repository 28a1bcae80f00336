"""What a fetch asks for and what comes back, before anyone has looked inside."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Purpose(enum.Enum):
    """Why a document is fetched: it decides the Accept header, the size limit, and whether robots.txt counts."""

    FEED = "feed"
    ARTICLE = "article"
    IMAGE = "image"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """A document to fetch. `etag` and `last_modified` are opaque, sent back as the server gave them.

    With a `form` it is a POST, which follows no redirect: what is sent is for that server only.
    """

    url: str
    purpose: Purpose
    etag: str = ""
    last_modified: str = ""
    form: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A fetched document; `body` is decoded (content encoding removed), not yet text.

    `moved_to` is set when every hop was permanent (301/308), so that a feed's address may be changed for good.
    `not_modified` means the server confirmed the validators we sent (304): the body is empty.
    `max_age_s` comes from Cache-Control, else from Expires; None where the server said nothing.
    """

    url: str
    final_url: str
    status: int
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    max_age_s: int | None = None
    moved_to: str = ""
    not_modified: bool = False
