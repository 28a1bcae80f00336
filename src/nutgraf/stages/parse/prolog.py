"""What stands before a document's first element, and how deep the document is: linear scans before any parser.

Document type declarations are taken off, with every entity they define: parsers expand those, and some without end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nutgraf.errors import ParseError
from nutgraf.stages.parse.limits import MAX_DEPTH, MAX_ENTITY_CHARS, MAX_ENTITY_DEFINITIONS

_MAX_DOCTYPE_BYTES = 16 * 1024  # bounds the pattern below, which is quadratic in unclosed comments
_MAX_SKIPPED_BYTES = 256 * 1024
_MAX_JUNK = 20

_SKIPPED = re.compile(rb"(?:\s++|<\?.*?\?>|<!--.*?-->)", re.DOTALL)
_DOCTYPE = re.compile(
    rb"""<!doctype(?:[^\[>"']|"[^"]*+"|'[^']*+')*+(?:\[(?:<!--.*?-->|[^\]"']|"[^"]*+"|'[^']*+')*+\]\s*+)?>""",
    re.DOTALL | re.IGNORECASE,
)
_ENTITY = re.compile(rb"""<!ENTITY\s+([A-Za-z_][\w.-]{0,60})\s+(?:"([^"]*+)"|'([^']*+)')\s*>""")
_ELEMENT = re.compile(rb"<([A-Za-z_][\w.:-]{0,100})")
_FEED_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,20}:)?(rss|rdf|feed|urlset)[\s>]", re.IGNORECASE)
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)[^>]*+>?", re.IGNORECASE)
_MARKUP = re.compile(
    rb"""<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"""
    rb"""|<(/?)[A-Za-z_:\x80-\xff](?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+>?""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Prolog:
    """`root` is the first element's name in lower case without prefix, empty where there is none.

    `body` is the document from its first element on; `entities` are harmless definitions of its own.
    """

    root: str
    body: bytes
    entities: dict[str, str] = field(default_factory=dict)


def read_prolog(utf8: bytes, *, url: str) -> Prolog:
    """Take the prolog off a document. Raises ParseError (too_many_entities) for definitions that could be a bomb."""
    position = 0
    entities: dict[str, str] = {}
    for _ in range(_MAX_JUNK):
        while piece := _SKIPPED.match(utf8, position, position + _MAX_SKIPPED_BYTES):
            position = piece.end()
        if utf8[position : position + 9].lower() == b"<!doctype":
            doctype = _DOCTYPE.match(utf8, position, position + _MAX_DOCTYPE_BYTES)
            if doctype is None:
                raise ParseError("The feed has an oversized type declaration.", url=url, code="too_many_entities")
            entities.update(_entities(doctype.group(), url))
            position = doctype.end()
            continue
        element = _ELEMENT.match(utf8, position)
        if element is not None:
            root = element.group(1).decode().rpartition(":")[2].lower()
            return Prolog(root, utf8[position:], entities)
        # Text or broken markup before the first element: go to the next "<".
        position = utf8.find(b"<", position + 1)
        if position < 0:
            break
    return Prolog("", utf8, entities)


def _entities(doctype: bytes, url: str) -> dict[str, str]:
    count = doctype.count(b"<!ENTITY")
    if count > MAX_ENTITY_DEFINITIONS:
        raise ParseError("The feed defines too many entities to be safe.", url=url, code="too_many_entities")
    entities = {}
    for name, double_quoted, single_quoted in _ENTITY.findall(doctype):
        value = double_quoted or single_quoted
        if b"&" in value or b"%" in value or len(value) > MAX_ENTITY_CHARS:
            raise ParseError("The feed defines entities that expand.", url=url, code="too_many_entities")
        entities[name.decode()] = value.decode("utf-8", "replace")
    return entities


def skip_to_feed(prolog: Prolog) -> Prolog:
    """`prolog` from the feed's own root on, where markup of another kind (a server's warning) stands before it."""
    if prolog.root == "html":
        return prolog
    match = _FEED_ROOT.search(prolog.body, 0, _MAX_DOCTYPE_BYTES)
    return Prolog(match.group(1).decode().lower(), prolog.body[match.start() :], prolog.entities) if match else prolog


def without_declarations(utf8: bytes) -> bytes:
    """`utf8` without document type declarations anywhere, for parsers that look for them by pattern."""
    return _DECLARATION.sub(b"", utf8)


def check_depth(utf8: bytes, *, url: str) -> None:
    """Raises ParseError (too_deep) where elements nest beyond MAX_DEPTH. No match goes beyond the next "<": linear."""
    depth = 0
    for match in _MARKUP.finditer(utf8):
        is_end = match.group(1)
        if is_end is None:  # comment, CDATA section or processing instruction
            continue
        if is_end:
            depth -= depth > 0
        elif not match.group().endswith(b"/>"):
            depth += 1
            if depth > MAX_DEPTH:
                raise ParseError(f"The feed nests more than {MAX_DEPTH} levels deep.", url=url, code="too_deep")
