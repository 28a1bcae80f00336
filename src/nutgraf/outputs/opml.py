"""Subscriptions as OPML 2.0 (opml.org/spec2.opml), the form in which readers exchange them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

_XML_CONTROLS = {code: None for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)}


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed in a list of subscriptions; all but `url` may be empty."""

    title: str
    url: str
    site_url: str = ""
    category: str = ""


def format_opml(feeds: Iterable[Subscription], *, title: str = "Nutgraf subscriptions") -> bytes:
    """OPML in UTF-8 of `feeds`, those of one category together in an outline of its name, as other readers do it."""
    groups: dict[str, list[Subscription]] = {}
    for feed in feeds:
        groups.setdefault(feed.category, []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_text(title)}</title></head>",
        "  <body>",
        *(f"    {_outline(feed)}" for feed in groups.pop("", ())),
    ]
    for category in sorted(groups, key=str.casefold):
        name = _attribute(category)
        lines.append(f"    <outline text={name} title={name}>")
        lines += (f"      {_outline(feed)}" for feed in groups[category])
        lines.append("    </outline>")
    lines += ["  </body>", "</opml>", ""]
    return "\n".join(lines).encode("utf-8", "replace")


def _outline(feed: Subscription) -> str:
    name = _attribute(feed.title or feed.url)
    site = f" htmlUrl={_attribute(feed.site_url)}" if feed.site_url else ""
    return f'<outline type="rss" text={name} title={name} xmlUrl={_attribute(feed.url)}{site}/>'


def _attribute(value: str) -> str:
    return quoteattr(value.translate(_XML_CONTROLS))


def _text(value: str) -> str:
    return quoteattr(value.translate(_XML_CONTROLS))[1:-1]
