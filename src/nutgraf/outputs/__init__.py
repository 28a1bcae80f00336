"""Briefs as terminal text, Markdown and JSON, feeds of them as Atom and JSON Feed; one file and one line here for each.

A format of a brief is a function `(brief, article) -> str`, one of a feed `(feed) -> bytes`. None reads a clock or
touches the world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.outputs.atom import ATOM_TYPE, format_atom
from nutgraf.outputs.feed_document import FeedDocument
from nutgraf.outputs.json_feed import JSON_FEED_TYPE, format_json_feed
from nutgraf.outputs.json_text import format_json
from nutgraf.outputs.markdown import format_markdown
from nutgraf.outputs.terminal import format_terminal

FORMATS: Mapping[str, Callable[[Brief, Article], str]] = {
    "terminal": format_terminal,
    "markdown": format_markdown,
    "json": format_json,
}

FEED_FORMATS: Mapping[str, tuple[str, Callable[[FeedDocument], bytes]]] = {
    "atom": (ATOM_TYPE, format_atom),
    "json": (JSON_FEED_TYPE, format_json_feed),
}
"""By the ending of a feed's address: its media type and how it is made."""

__all__ = ["FEED_FORMATS", "FORMATS", "format_json", "format_markdown", "format_terminal"]
