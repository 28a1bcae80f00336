"""Subscriptions as OPML 2.0 (opml.org/spec2.opml), the form in which readers exchange them."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

_XML_CONTROLS = {code: None for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)}


def format_opml(feeds: Iterable[tuple[str, str, str]], *, title: str = "Nutgraf subscriptions") -> bytes:
    """OPML in UTF-8 of `feeds`, each a title, the feed's address and its site's address (may be empty)."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_text(title)}</title></head>",
        "  <body>",
        *(_outline(*feed) for feed in feeds),
        "  </body>",
        "</opml>",
        "",
    ]
    return "\n".join(lines).encode("utf-8", "replace")


def _outline(title: str, url: str, site_url: str) -> str:
    name = _attribute(title or url)
    site = f" htmlUrl={_attribute(site_url)}" if site_url else ""
    return f'    <outline type="rss" text={name} title={name} xmlUrl={_attribute(url)}{site}/>'


def _attribute(value: str) -> str:
    return quoteattr(value.translate(_XML_CONTROLS))


def _text(value: str) -> str:
    return quoteattr(value.translate(_XML_CONTROLS))[1:-1]
