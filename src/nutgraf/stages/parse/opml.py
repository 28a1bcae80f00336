"""Lists of subscriptions in OPML 1.0, 1.1 and 2.0 (opml.org)."""

from __future__ import annotations

from dataclasses import dataclass

from nutgraf.errors import ParseError
from nutgraf.stages.parse.decoding import decode_document
from nutgraf.stages.parse.fields import plain_title
from nutgraf.stages.parse.limits import MAX_FEED_BYTES, MAX_OUTLINES
from nutgraf.stages.parse.prolog import check_depth, read_prolog
from nutgraf.stages.parse.repair import repair_xml
from nutgraf.stages.parse.tree import Element, attribute, name_of, parse_tree
from nutgraf.text.addresses import absolute_url

MAX_WRITTEN_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class OpmlOutline:
    """A feed in a list of subscriptions. `category` is the path of the folders it is in, `/` between them."""

    url: str
    title: str
    site_url: str
    category: str


def parse_opml(data: bytes) -> tuple[OpmlOutline, ...]:
    """The feeds of an OPML file, each address once, at most 5,000, in the file's order.

    An address that cannot be followed is given as it is written: who subscribes says why it was left out.

    Raises: ParseError (opml_invalid, too_large, too_deep, too_many_entities).
    """
    if len(data) > MAX_FEED_BYTES:
        raise ParseError("The OPML file is too large.", code="too_large")
    prolog = read_prolog(decode_document(data).utf8, url="")
    if prolog.root != "opml":
        raise ParseError("The file is not OPML.", code="opml_invalid")
    check_depth(prolog.body, url="")
    root = parse_tree(prolog.body, recover=False)
    if root is None:
        root = parse_tree(repair_xml(prolog.body, prolog.entities, url=""), recover=True)
    if root is None or name_of(root.tag) != "opml":
        raise ParseError("The OPML file's XML is broken beyond repair.", code="opml_invalid")
    outlines: dict[str, OpmlOutline] = {}
    for body in root:
        if isinstance(body.tag, str) and name_of(body.tag) == "body":
            _collect(body, (), outlines)
    return tuple(outlines.values())[:MAX_OUTLINES]


def _collect(parent: Element, folders: tuple[str, ...], outlines: dict[str, OpmlOutline]) -> None:
    for element in parent:
        if not isinstance(element.tag, str) or name_of(element.tag) != "outline" or len(outlines) >= MAX_OUTLINES:
            continue
        title = plain_title(attribute(element, "title") or attribute(element, "text"))
        written = attribute(element, "xmlurl").strip()[:MAX_WRITTEN_CHARS]
        url = absolute_url(written, "") or written
        if url:
            category = "/".join(folders) or attribute(element, "category").strip("/")
            site_url = absolute_url(attribute(element, "htmlurl"), "")
            outlines.setdefault(url, OpmlOutline(url, title, site_url, plain_title(category)))
        _collect(element, folders if url or not title else (*folders, title), outlines)
