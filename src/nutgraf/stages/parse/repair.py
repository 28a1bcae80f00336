"""Mends what publishers break in XML most: control characters, HTML's entities, bare ampersands."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Mapping

from nutgraf.errors import ParseError

_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_AMPERSAND = re.compile(r"&(?:([A-Za-z][A-Za-z0-9._-]{0,60});|#([0-9]{1,20}|[xX][0-9A-Fa-f]{1,20});)?")
_MAX_GROWTH_CHARS = 1_000_000
"""What a document's own entities may add to it in all."""


def repair_xml(utf8: bytes, entities: Mapping[str, str], *, url: str) -> bytes:
    """`utf8` with entities as characters and stray ampersands escaped, CDATA sections left alone.

    `entities` are the document's own; HTML's are known. Raises ParseError (too_many_entities).
    """
    text = _CONTROL.sub("", utf8.decode("utf-8", "replace"))
    pieces = _CDATA.split(text)
    mender = _Mender(entities, url)
    mended = [piece if index % 2 else _AMPERSAND.sub(mender, piece) for index, piece in enumerate(pieces)]
    return "".join(mended).encode()


class _Mender:
    """What each reference becomes: a character where one is known, else an escaped ampersand with its text."""

    def __init__(self, entities: Mapping[str, str], url: str) -> None:
        self._entities = entities
        self._url = url
        self._growth_chars = 0

    def __call__(self, match: re.Match[str]) -> str:
        name, number = match.groups()
        if number:
            return match.group() if _is_xml_character(number) else ""
        if not name:
            return "&amp;"
        if name in _XML_ENTITIES:
            return match.group()
        if name in self._entities:
            self._growth_chars += len(self._entities[name])
            if self._growth_chars > _MAX_GROWTH_CHARS:
                raise ParseError("The feed's entities expand too far.", url=self._url, code="too_many_entities")
            return _escaped(self._entities[name])
        character = html.entities.html5.get(f"{name};")
        return _escaped(character) if character else f"&amp;{name};"


def _is_xml_character(number: str) -> bool:
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
