"""The publishers' feeds: RSS 2.0, RSS 1.0 (RDF), Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from lxml import etree

from nutgraf.sample_press.library import Block, Publisher
from nutgraf.sample_press.stories import Story

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_DCTERMS = "http://purl.org/dc/terms/"
_MEDIA = "http://search.yahoo.com/mrss/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RSS1 = "http://purl.org/rss/1.0/"
_XML = "http://www.w3.org/XML/1998/namespace"


def write_feed(publisher: Publisher, stories: Sequence[Story], *, base_url: str) -> tuple[bytes, str]:
    """The feed of `publisher` over `stories` (its own, newest first) with its content type."""
    writer, content_type = _WRITERS[publisher.feed_format]
    return writer(publisher, stories, base_url), content_type


def _write_rss(publisher: Publisher, stories: Sequence[Story], base_url: str) -> bytes:
    return _rss(publisher, stories, base_url, with_text=False)


def _write_rss_full(publisher: Publisher, stories: Sequence[Story], base_url: str) -> bytes:
    return _rss(publisher, stories, base_url, with_text=True)


def _rss(publisher: Publisher, stories: Sequence[Story], base_url: str, *, with_text: bool) -> bytes:
    nsmap = {"atom": _ATOM, "dc": _DC, "dcterms": _DCTERMS, "media": _MEDIA, "content": _CONTENT}
    root = etree.Element("rss", version="2.0", nsmap=nsmap)
    channel = etree.SubElement(root, "channel")
    _add(channel, "title", publisher.name)
    _add(channel, "link", f"{base_url}/{publisher.slug}/")
    _add(channel, "description", publisher.motto)
    _add(channel, "language", publisher.language)
    if stories:
        _add(channel, "lastBuildDate", format_datetime(_last_change(stories)))
    self_url = base_url + publisher.feed_path
    _add(channel, f"{{{_ATOM}}}link", rel="self", type="application/rss+xml", href=self_url)
    for story in stories:
        url = base_url + story.path
        item = etree.SubElement(channel, "item")
        _add(item, "title", story.title)
        _add(item, "link", url)
        _add(item, "guid", url, isPermaLink="true")
        _add(item, "pubDate", format_datetime(story.published_at))
        _add(item, f"{{{_DC}}}creator", story.byline)
        _add(item, "category", story.section)
        _add(item, "description", story.standfirst)
        if with_text:
            _add(item, f"{{{_CONTENT}}}encoded", _body_html(story))
        _add(item, f"{{{_MEDIA}}}content", url=base_url + story.image_path, medium="image", type="image/png")
        if story.correction_note:
            _add(item, f"{{{_DCTERMS}}}modified", story.updated_at.isoformat())
    return _xml(root)


def _write_rdf(publisher: Publisher, stories: Sequence[Story], base_url: str) -> bytes:
    root = etree.Element(f"{{{_RDF}}}RDF", nsmap={None: _RSS1, "rdf": _RDF, "dc": _DC, "dcterms": _DCTERMS})
    channel = _add(root, f"{{{_RSS1}}}channel", **{f"{{{_RDF}}}about": base_url + publisher.feed_path})
    _add(channel, f"{{{_RSS1}}}title", publisher.name)
    _add(channel, f"{{{_RSS1}}}link", f"{base_url}/{publisher.slug}/")
    _add(channel, f"{{{_RSS1}}}description", publisher.motto)
    _add(channel, f"{{{_DC}}}language", publisher.language)
    sequence = _add(_add(channel, f"{{{_RSS1}}}items"), f"{{{_RDF}}}Seq")
    for story in stories:
        url = base_url + story.path
        _add(sequence, f"{{{_RDF}}}li", **{f"{{{_RDF}}}resource": url})
        item = _add(root, f"{{{_RSS1}}}item", **{f"{{{_RDF}}}about": url})
        _add(item, f"{{{_RSS1}}}title", story.title)
        _add(item, f"{{{_RSS1}}}link", url)
        _add(item, f"{{{_RSS1}}}description", story.standfirst)
        _add(item, f"{{{_DC}}}date", story.published_at.isoformat())
        _add(item, f"{{{_DC}}}creator", story.byline)
        _add(item, f"{{{_DC}}}subject", story.section)
        if story.correction_note:
            _add(item, f"{{{_DCTERMS}}}modified", story.updated_at.isoformat())
    return _xml(root)


def _write_atom(publisher: Publisher, stories: Sequence[Story], base_url: str) -> bytes:
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    root.set(f"{{{_XML}}}lang", publisher.language)
    home_url = f"{base_url}/{publisher.slug}/"
    _add(root, f"{{{_ATOM}}}id", home_url)
    _add(root, f"{{{_ATOM}}}title", publisher.name)
    _add(root, f"{{{_ATOM}}}subtitle", publisher.motto)
    _add(root, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=home_url)
    _add(root, f"{{{_ATOM}}}link", rel="self", type="application/atom+xml", href=base_url + publisher.feed_path)
    if stories:
        _add(root, f"{{{_ATOM}}}updated", _last_change(stories).isoformat())
    for story in stories:
        url = base_url + story.path
        entry = _add(root, f"{{{_ATOM}}}entry")
        _add(entry, f"{{{_ATOM}}}id", url)
        _add(entry, f"{{{_ATOM}}}title", story.title, type="text")
        _add(entry, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=url)
        _add(entry, f"{{{_ATOM}}}published", story.published_at.isoformat())
        _add(entry, f"{{{_ATOM}}}updated", story.updated_at.isoformat())
        _add(_add(entry, f"{{{_ATOM}}}author"), f"{{{_ATOM}}}name", story.byline)
        _add(entry, f"{{{_ATOM}}}category", term=story.section)
        _add(entry, f"{{{_ATOM}}}summary", story.standfirst, type="text")
    return _xml(root)


def _write_json(publisher: Publisher, stories: Sequence[Story], base_url: str) -> bytes:
    items = [
        {
            "id": base_url + story.path,
            "url": base_url + story.path,
            "title": story.title,
            "summary": story.standfirst,
            "content_text": story.standfirst,
            "image": base_url + story.image_path,
            "date_published": story.published_at.isoformat(),
            "date_modified": story.updated_at.isoformat(),
            "authors": [{"name": story.byline}],
            "tags": [story.section],
        }
        for story in stories
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publisher.name,
        "description": publisher.motto,
        "home_page_url": f"{base_url}/{publisher.slug}/",
        "feed_url": base_url + publisher.feed_path,
        "language": publisher.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _last_change(stories: Sequence[Story]) -> datetime:
    return max(story.updated_at for story in stories)


def _body_html(story: Story) -> str:
    return "".join(_block_html(block) for block in story.blocks)


def _block_html(block: Block) -> str:
    tag = {"paragraph": "p", "crosshead": "h2", "quote": "blockquote", "list": "ul"}[block.kind]
    element = etree.Element(tag)
    if block.kind == "list":
        for line in block.lines:
            _add(element, "li", line)
    else:
        element.text = block.lines[0]
    html: str = etree.tostring(element, encoding="unicode", method="html")
    return html


def _add(parent: Any, tag: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, tag, attributes)
    element.text = text
    return element


def _xml(root: Any) -> bytes:
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return document


_WRITERS: dict[str, tuple[Callable[[Publisher, Sequence[Story], str], bytes], str]] = {
    "rss": (_write_rss, "application/rss+xml; charset=utf-8"),
    "rss_full": (_write_rss_full, "application/rss+xml; charset=utf-8"),
    "rdf": (_write_rdf, "application/rdf+xml; charset=utf-8"),
    "atom": (_write_atom, "application/atom+xml; charset=utf-8"),
    "json": (_write_json, "application/feed+json; charset=utf-8"),
}
