"""Bytes of a page to text, in the order of the HTML Standard's encoding sniffing, except that valid UTF-8 wins.

Bytes that decode strictly as UTF-8 and contain multi-byte characters are UTF-8 whatever a header or meta element
claims: the chance of that happening by accident in prose is negligible, and wrong declarations are common.
"""

from __future__ import annotations

import codecs
import re

import charset_normalizer

_PRESCAN_BYTES = 4_096  # the Standard asks for 1,024; real heads put scripts before the meta element
_SAMPLE_BYTES = 20_000
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]{2,40})", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<(?:meta|\?xml)\b[^>]{0,500}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:+-]{2,40})", re.I)
# Labels that browsers read as a superset (https://encoding.spec.whatwg.org/#names-and-labels).
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-16-le",
}
# Codecs that a page may name: text only, and none that hides markup from a scan of bytes (UTF-7, HZ).
_STATEFUL = frozenset({"iso2022_jp", "utf-16-le", "utf-16-be"})
_REFUSED = frozenset({"utf-7", "hz", "utf-32", "utf-32-le", "utf-32-be", "punycode", "idna", "raw_unicode_escape",
                      "unicode_escape", "mbcs", "oem", "undefined"})  # fmt: skip


def decode_page(page: bytes, content_type: str = "") -> str:
    """`page` as text; never fails. `content_type` is the Content-Type header as it came, or ""."""
    for bom, encoding in _BOMS:
        if page.startswith(bom):
            return page[len(bom) :].decode(encoding, "replace")
    declared = _declared_encoding(page, content_type)
    if declared in _STATEFUL and (declared == "iso2022_jp" or b"\x00" in page[:_PRESCAN_BYTES]):
        return page.decode(declared, "replace")
    text = page.decode("utf-8", "replace")
    if "\ufffd" not in text or _is_mostly_utf8(text):
        return text
    if declared and declared not in _STATEFUL and declared != "utf-8":
        return page.decode(declared, "replace")
    return page.decode(_detect(page), "replace")


def _declared_encoding(page: bytes, content_type: str) -> str:
    header = _HEADER_CHARSET.search(content_type[:1_000])
    meta = _META_CHARSET.search(page[:_PRESCAN_BYTES])
    for label in (header[1] if header else "", meta[1].decode("ascii", "replace") if meta else ""):
        encoding = _codec_name(label)
        if encoding:
            return encoding
    return ""


def _codec_name(label: str) -> str:
    """Python's name of the codec for `label`, or "" where there is none that a page may use."""
    if not label:
        return ""
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return ""
    if info.name in _REFUSED or not info._is_text_encoding:
        return ""
    return _SUPERSETS.get(info.name, info.name)


def _is_mostly_utf8(text: str) -> bool:
    """Whether the text is UTF-8 but for a few stray bytes, as where a template has another charset."""
    broken = text.count("\ufffd")
    intact = len(text) - len(text.encode("ascii", "ignore")) - broken
    return intact > 4 * broken


def _detect(page: bytes) -> str:
    # Only where bytes that are not ASCII are near: a long ASCII head would say nothing.
    first = next((match.start() for match in re.finditer(rb"[\x80-\xff]", page)), 0)
    best = charset_normalizer.from_bytes(page[max(0, first - 1_000) : first + _SAMPLE_BYTES]).best()
    return _codec_name(best.encoding) if best is not None and _codec_name(best.encoding) else "cp1252"
