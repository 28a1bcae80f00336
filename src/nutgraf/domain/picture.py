"""Publishers' pictures: their icons and the lead pictures of articles, kept by us so that readers never ask others."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class PictureKind(enum.StrEnum):
    """What a picture is for; `owner_id` is the publisher's or the article's."""

    ICON = "icon"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture's own bytes say. `size_bytes` is where the picture ends: what follows is not part of it."""

    media_type: str
    width: int
    height: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture that is due to be fetched. `attempts` counts failures since it was last fetched well."""

    kind: PictureKind
    owner_id: int
    url: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be shown: `digest` (SHA-256 in hex) names it on the site; sizes in pixels."""

    digest: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture's bytes with the media type that they were found to be."""

    media_type: str
    body: bytes
