"""A page out of an archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.document import Document


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as an archive holds it, or only its address: then `document` is None and the page is to be fetched.

    `captured_at` (UTC) is when the archive got it, None where it does not say.
    """

    url: str
    document: Document | None = None
    captured_at: datetime | None = None
