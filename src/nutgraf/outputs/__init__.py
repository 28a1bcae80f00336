"""A Brief as terminal text, Markdown and JSON; one file per format, one line in the registry here.

A format is a function `(brief, article) -> str` that neither reads a clock nor touches the world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.outputs.json_text import format_json
from nutgraf.outputs.markdown import format_markdown
from nutgraf.outputs.terminal import format_terminal

FORMATS: Mapping[str, Callable[[Brief, Article], str]] = {
    "terminal": format_terminal,
    "markdown": format_markdown,
    "json": format_json,
}

__all__ = ["FORMATS", "format_json", "format_markdown", "format_terminal"]
