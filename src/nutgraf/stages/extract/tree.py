"""The one lxml tree of a page that text, meta data and links share."""

from __future__ import annotations

import re
from typing import Any

import lxml.html
from lxml import etree

from nutgraf.errors import ExtractError

Element = Any
"""An element of lxml's (it has no types); plain ones, for lxml.html's cost a Python call each."""

_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_NO_XML = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]")


def parse_tree(text: str, *, url: str) -> Element:
    """The root of `text` as HTML, without comments. Raises ExtractError (`not_html`).

    libxml2 itself stops at 256 levels (huge_tree is off); guard.check_page has refused such pages before.
    """
    data = _NO_XML.sub("", _DECLARATION.sub("", text)).encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise ExtractError("The document holds no HTML.", url=url, code="not_html")
    return root


def body_of(root: Element) -> Element:
    """The body element, or the root where there is none."""
    body = root.find(".//body")
    return root if body is None else body


def inner_text(element: Element) -> str:
    """All text in `element`, its own tail left out."""
    return "".join(element.itertext())


def lxml_html_copy(root: Element) -> Element:
    """A copy for packages that want lxml.html's elements and change what they are given."""
    return lxml.html.document_fromstring(etree.tostring(root, encoding="unicode", method="html"))
