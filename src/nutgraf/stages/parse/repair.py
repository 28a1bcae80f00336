"""Mends what publishers break in XML most: control characters, HTML's entities, bare ampersands."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Mapping

from nutgraf.errors import ParseError

_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_C1_BYTES = re.compile(rb"\xc2[\x80-\x9f]")
_C1_REFERENCES = re.compile(rb"&#(?:1[2-5][0-9]|[xX][89][0-9A-Fa-f]);")
_LATIN1_REFERENCE = re.compile(r"&#(?:(12[89]|1[3-9][0-9]|2[0-4][0-9]|25[0-5])|[xX]([89A-Fa-f][0-9A-Fa-f]));")
_MISREAD_UTF8 = re.compile("[\xc2-\xf4][\x80-\xbf]{1,3}")
_C1 = re.compile("[\x80-\x9f]")
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_ROOT_TAG = re.compile(r"<[^<>]{1,4000}>")
_UNQUOTED = re.compile(r"""(\s[\w:.-]{1,100}=)([^\s"'<>]{1,1000})""")
_AMPERSAND = re.compile(r"&(?:([A-Za-z][A-Za-z0-9._-]{0,60});|#([0-9]{1,20}|[xX][0-9A-Fa-f]{1,20});)?")
_MAX_GROWTH_CHARS = 1_000_000
"""What a document's own entities and stray ampersands may add to it in all."""


def repair_xml(utf8: bytes, entities: Mapping[str, str], *, url: str) -> bytes:
    """`utf8`, which begins with its root's tag, with entities as characters and stray ampersands escaped.

    `entities` are the document's own; HTML's are known. Raises ParseError (too_many_entities).
    """
    text = _CONTROL.sub("", utf8.decode("utf-8", "replace"))
    text = _ROOT_TAG.sub(lambda tag: _UNQUOTED.sub(r'\1"\2"', tag.group()), text, count=1)
    pieces = _CDATA.split(text)
    mender = _Mender(entities, url)
    mended = [piece if index % 2 else _AMPERSAND.sub(mender, piece) for index, piece in enumerate(pieces)]
    return "".join(mended).encode()


def has_c1_controls(utf8: bytes) -> bool:
    """Whether there are characters U+0080 to U+009F, which no publisher means: they are text that was read wrongly."""
    return bool(_C1_BYTES.search(utf8) or _C1_REFERENCES.search(utf8))


def mend_c1_controls(utf8: bytes) -> bytes:
    """UTF-8 that someone took for ISO 8859-1 made UTF-8 again, and what is left of C1 as windows-1252 has it."""
    text = _LATIN1_REFERENCE.sub(_referenced_character, utf8.decode("utf-8", "replace"))
    text = _MISREAD_UTF8.sub(_reread_as_utf8, text)
    return _C1.sub(_reread_as_windows_1252, text).encode()


def _referenced_character(match: re.Match[str]) -> str:
    decimal, hexadecimal = match.groups()
    return chr(int(decimal) if decimal else int(hexadecimal, 16))


def _reread_as_utf8(match: re.Match[str]) -> str:
    try:
        return match.group().encode("latin-1").decode()
    except UnicodeDecodeError:
        return match.group()


def _reread_as_windows_1252(match: re.Match[str]) -> str:
    return match.group().encode("latin-1").decode("windows-1252", "replace")


class _Mender:
    """What each reference becomes: a character where one is known, else an escaped ampersand with its text."""

    def __init__(self, entities: Mapping[str, str], url: str) -> None:
        self._entities = entities
        self._url = url
        self._growth_chars = 0

    def __call__(self, match: re.Match[str]) -> str:
        name, number = match.groups()
        if number:
            return f"&#{number.lower()};" if _is_xml_character(number) else ""
        if not name:
            self._grow(4)
            return "&amp;"
        if name in _XML_ENTITIES:
            return match.group()
        if name in self._entities:
            self._grow(len(self._entities[name]))
            return _escaped(self._entities[name])
        character = html.entities.html5.get(f"{name};")
        return _escaped(character) if character else f"&amp;{name};"

    def _grow(self, chars: int) -> None:
        self._growth_chars += chars
        if self._growth_chars > _MAX_GROWTH_CHARS:
            raise ParseError("The feed's entities expand too far.", url=self._url, code="too_many_entities")


def _is_xml_character(number: str) -> bool:
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
