"""XML trees by lxml, with every way out of the document shut, and short names for the namespaces in use."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Any, TypeAlias

from lxml import etree

Element: TypeAlias = Any  # lxml's own element type is private

_NAMESPACES = {
    "": "",
    "http://purl.org/rss/1.0": "",
    "http://purl.org/net/rss1.1": "",
    "http://my.netscape.com/rdf/simple/0.9": "",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://my.netscape.com/publish/formats/rss-0.91.dtd": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://backend.userland.com/rss091": "",
    "http://backend.userland.com/rss092": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://cyber.law.harvard.edu/rss": "",
    "http://www.rssboard.org/rss-specification": "",
    "http://www.w3.org/2005/atom": "atom",
    "https://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns": "atom",
    "http://purl.org/atom": "atom",
    "http://purl.org/echo": "atom",  # names that Atom had before it was Atom
    "http://purl.org/pie": "atom",
    "http://example.com/newformat": "atom",
    "http://example.com/necho": "atom",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/2000/svg": "svg",
    "http://www.w3.org/1998/math/mathml": "mathml",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "sitemap",
    "http://www.google.com/schemas/sitemap/0.84": "sitemap",
    "http://www.google.com/schemas/sitemap/0.9": "sitemap",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.w3.org/xml/1998/namespace": "xml",
}
_KNOWN_PREFIXES = frozenset(_NAMESPACES.values()) - {""}
_MAX_ATTRIBUTES = 64
"""lxml takes quadratic time to list an element's attributes; no element of a feed has nearly as many."""

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


def parse_tree(utf8: bytes, *, recover: bool) -> Element | None:
    """The root of an XML document in UTF-8, or None where there is none to be had.

    No entities are resolved, no DTD or network is used, comments and instructions are dropped; libxml2 ends at
    256 levels and 10 MB of text in one node. With `recover` it keeps what it can of a broken document.
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(utf8, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


@lru_cache(maxsize=4096)
def name_of(tag: str) -> str:
    """An element's short name, as `title`, `dc:date` or `atom:link`; `?:` stands for a namespace not known here.

    Local names are in lower case: feeds in the wild vary them. A prefix that the document does not declare
    (lxml then keeps it in the tag) counts as the namespace that everyone uses it for.
    """
    if tag[:1] == "{":
        namespace, _, local = tag[1:].partition("}")
        prefix = _NAMESPACES.get(namespace.strip().rstrip("/#").lower(), "?")
        return f"{prefix}:{local.lower()}" if prefix else local.lower()
    prefix, colon, local = tag.lower().rpartition(":")
    if not colon or prefix == "rss":
        return local
    return f"{prefix}:{local}" if prefix in _KNOWN_PREFIXES else f"?:{local}"


def children_by_name(element: Element) -> dict[str, list[Element]]:
    """The children of `element` by short name, each list in document order."""
    children: dict[str, list[Element]] = {}
    for child in element:
        tag = child.tag
        if isinstance(tag, str):  # not an entity reference
            children.setdefault(name_of(tag), []).append(child)
    return children


def attribute(element: Element, name: str) -> str:
    """The attribute of that local name in any case, white space stripped; empty where there is none."""
    value = element.get(name)
    if value is None and 0 < len(element.attrib) <= _MAX_ATTRIBUTES:
        for key, candidate in element.attrib.items():
            if key.rpartition("}")[2].lower() == name:
                value = candidate
                break
    return value.strip() if value else ""


def text_of(element: Element) -> str:
    """All character data in `element`, white space stripped at both ends."""
    text: str = "".join(element.itertext()) if len(element) else element.text or ""
    return text.strip()


def inner_html(element: Element) -> str:
    """The content of `element` as HTML: text escaped, tags by their local names."""
    pieces: list[str] = []
    _serialise(element, pieces)
    return "".join(pieces).strip()


def _serialise(element: Element, pieces: list[str]) -> None:
    if element.text:
        pieces.append(html.escape(element.text, quote=False))
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            name = tag.rpartition("}")[2]
            attributes = _attributes_html(child)
            if name in _VOID:
                pieces.append(f"<{name}{attributes} />")
            else:
                pieces.append(f"<{name}{attributes}>")
                _serialise(child, pieces)
                pieces.append(f"</{name}>")
        if child.tail:
            pieces.append(html.escape(child.tail, quote=False))


def _attributes_html(element: Element) -> str:
    if len(element.attrib) > _MAX_ATTRIBUTES:
        return ""
    return "".join(f' {key.rpartition("}")[2]}="{html.escape(value)}"' for key, value in element.attrib.items())
