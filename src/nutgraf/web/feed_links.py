"""The feed that a page has of what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed: its address without the ending that names the format, and what it asks for."""

    title: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    def href(self, format: str) -> str:
        """Its address in a format of FEED_FORMATS."""
        return f"{self.path}.{format}" + (f"?{urlencode(self.query)}" if self.query else "")


FRONT_FEED = FeedLink("Nutgraf", "/feed")
CORRECTIONS_FEED = FeedLink("Nutgraf: corrections", "/corrections")
SAVED_FEED = FeedLink("Nutgraf: saved", "/saved")
