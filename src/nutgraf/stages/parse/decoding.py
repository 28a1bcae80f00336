"""Bytes of a feed to UTF-8, whatever they claim to be (XML 1.0 appendix F, RFC 7303, WHATWG Encoding labels)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),  # "<?xm" in EBCDIC
)
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "tis-620": "cp874",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
}
_TEXT_CODEC = re.compile(
    r"(?:utf-|iso8859-|iso2022_|cp\d|koi8-|mac-|gb|big5|euc_|shift_jis|hz|johab|tis-620|ptcp154|kz1048|ascii)[\w-]*"
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z][\w.:-]{0,40})""", re.IGNORECASE)
_HEAD_BYTES = 400


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document as UTF-8, no byte order mark; `is_certain` is False where bytes had to be replaced or guessed."""

    utf8: bytes
    is_certain: bool = True


def decode_document(data: bytes, content_type: str | None = None) -> Decoded:
    """`data` as UTF-8. Never raises: what fits no declared encoding is read as windows-1252.

    Byte order mark, then the server's charset, then the XML declaration; but bytes that are valid UTF-8 and not
    ASCII are UTF-8 against any claim of a single-byte encoding: servers add charsets that nobody checks.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], encoding)
    for beginning, encoding in _UNMARKED:
        if data.startswith(beginning):
            return _decode_as(data, encoding)
    claims = _claims(data, content_type)
    if _is_utf8(data) and not any(_changes_ascii(name) or _is_multibyte(name) for name in claims):
        return Decoded(data)
    for name in claims:
        try:
            return Decoded(data.decode(name).encode())
        except (UnicodeError, LookupError):
            continue
    if _is_utf8(data):
        return Decoded(data)
    if "utf-8" in claims or not claims:
        text = data.decode("utf-8", "replace")
        if text.count("\ufffd") * 50 <= len(text):  # a few bad bytes in a document that is UTF-8 otherwise
            return Decoded(text.encode(), is_certain=False)
    return Decoded(data.decode("cp1252", "replace").encode(), is_certain=False)


def _decode_as(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding).encode())
    except UnicodeError:
        return Decoded(data.decode(encoding, "replace").encode(), is_certain=False)


def _claims(data: bytes, content_type: str | None) -> list[str]:
    """Codecs that the server and the document name, most trusted first; unknown names left out."""
    names = []
    charset = _CHARSET.search(content_type or "")
    if charset:
        names.append(charset.group(1))
    declared = _DECLARED.match(data[:_HEAD_BYTES])
    if declared:
        names.append(declared.group(1).decode("ascii"))
    return [codec for name in names if (codec := _codec_name(name))]


def _codec_name(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    if not _TEXT_CODEC.fullmatch(name) or name.startswith(("utf-16", "utf-32")):
        return ""  # a codec that is no charset, or one that the first bytes have ruled out
    return _SUPERSETS.get(name, name)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _changes_ascii(codec: str) -> bool:
    """Whether ASCII bytes may mean something else in `codec`: shift sequences, EBCDIC."""
    return codec.startswith(("utf-7", "iso2022", "hz", "cp037", "cp1026", "cp1140", "cp273", "cp424", "cp500", "cp875"))


def _is_multibyte(codec: str) -> bool:
    return codec.startswith(("gb", "big5", "euc_", "shift_jis", "cp932", "cp949", "cp950", "johab"))
