"""A feed as Atom (RFC 4287)."""

from __future__ import annotations

from xml.etree import ElementTree

from nutgraf.outputs.feed_document import FeedDocument, FeedEntry
from nutgraf.text.xml_characters import xml_text

ATOM_TYPE = "application/atom+xml; charset=utf-8"
_NAMESPACE = "http://www.w3.org/2005/Atom"


def format_atom(feed: FeedDocument) -> bytes:
    """The feed in UTF-8. Whatever XML cannot hold is replaced."""
    root = ElementTree.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.description)
    _add(root, "id", feed.self_url)
    _add(root, "updated", feed.updated_at.isoformat(timespec="seconds"))
    _link(root, "self", feed.self_url, "application/atom+xml")
    _link(root, "alternate", feed.page_url, "text/html")
    _add(ElementTree.SubElement(root, "author"), "name", "Nutgraf")
    for entry in feed.entries:
        _add_entry(root, entry)
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _add_entry(root: ElementTree.Element, entry: FeedEntry) -> None:
    element = ElementTree.SubElement(root, "entry", {"xml:lang": entry.language} if entry.language else {})
    _add(element, "title", entry.title)
    _add(element, "id", entry.id)
    _add(element, "updated", entry.updated_at.isoformat(timespec="seconds"))
    _add(element, "published", entry.published_at.isoformat(timespec="seconds"))
    _link(element, "alternate", entry.page_url, "text/html")
    if entry.source_url:
        _link(element, "via", entry.source_url, "text/html")
    if entry.author:
        _add(ElementTree.SubElement(element, "author"), "name", entry.author)
    for tag in entry.tags:
        ElementTree.SubElement(element, "category", {"term": xml_text(tag)})
    if entry.summary:
        _add(element, "summary", entry.summary)
    _add(element, "content", entry.html).set("type", "html")


def _link(parent: ElementTree.Element, relation: str, url: str, media_type: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": relation, "type": media_type, "href": xml_text(url)})


def _add(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    element.text = xml_text(text)
    return element
