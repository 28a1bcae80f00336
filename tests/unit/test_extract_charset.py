"""Bytes to text: byte order marks, headers, meta elements, wrong declarations, detection."""

from __future__ import annotations

import pytest

from nutgraf.stages.extract.charset import decode_page

RUSSIAN = "Совет города утвердил новый план водоснабжения на пять лет. " * 8


@pytest.mark.parametrize(
    ("page", "content_type", "expected"),
    [
        ("Café".encode(), "", "Café"),
        ("Café".encode(), "text/html; charset=iso-8859-1", "Café"),  # valid UTF-8 wins over a wrong header
        ("Café".encode("latin-1"), "text/html; charset=ISO-8859-1", "Café"),
        (b"\x93So\x94", "text/html; charset=iso-8859-1", "“So”"),  # as browsers do, Windows-1252
        ("\ufeffCafé".encode("utf-16-le"), "", "Café"),
        ("\ufeffCafé".encode("utf-16-be"), "text/html; charset=utf-8", "Café"),
        ("Café <p>".encode("utf-16-le"), "text/html; charset=utf-16", "Café <p>"),
        ("日本語".encode("shift_jis"), 'text/html; charset="Shift_JIS"', "日本語"),
        ("日本語".encode("iso2022_jp"), "text/html; charset=iso-2022-jp", "日本語"),
        ("新闻".encode("gb18030"), "text/html; charset=gb2312", "新闻"),
        (b"", "", ""),
        (b"ascii", "text/html; charset=no-such-charset", "ascii"),
    ],
)
def test_decode(page: bytes, content_type: str, expected: str) -> None:
    assert decode_page(page, content_type) == expected


def test_meta_element_decides_where_the_header_is_silent() -> None:
    page = b'<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251"></head>'
    assert RUSSIAN in decode_page(page + RUSSIAN.encode("cp1251"), "text/html")


def test_detection_where_nothing_is_declared() -> None:
    assert RUSSIAN[:40] in decode_page(b"<html><body>" + RUSSIAN.encode("cp1251"))


def test_a_wrong_declaration_of_utf_8_is_seen_through() -> None:
    page = b'<meta charset="utf-8"><p>' + "Der Bürgermeister sagte, die Brücke müsse für Fußgänger schließen.".encode(
        "latin-1"
    )
    assert "Bürgermeister" in decode_page(page)


def test_a_few_stray_bytes_do_not_spoil_utf_8() -> None:
    text = decode_page("Größe, Länge, Höhe, Übermaß, Öl".encode() + b" \xfc")
    assert text.startswith("Größe")
    assert text.count("\ufffd") == 1


def test_a_page_cut_in_the_middle_of_a_character() -> None:
    assert decode_page("Größe, Länge, Höhe, Übermaß, Café".encode()[:-1]).endswith("Caf\ufffd")


@pytest.mark.parametrize("label", ["utf-7", "hz", "utf-32", "rot13", "base64", "unicode_escape", "idna", "x" * 500])
def test_charsets_that_no_page_may_name(label: str) -> None:
    assert "<p>" in decode_page(b"+ADw-script+AD4- <p>\xe9", f"text/html; charset={label}")
