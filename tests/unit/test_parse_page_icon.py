"""Which icon a page declares."""

from __future__ import annotations

import pytest

from nutgraf.stages.parse import find_page_icon

URL = "https://press.example/news/1"


@pytest.mark.parametrize(
    ("head", "icon"),
    [
        ("", "/favicon.ico"),
        ('<link rel="icon" href="/i.png">', "/i.png"),
        ('<LINK REL="Shortcut Icon" HREF="i.ico">', "/news/i.ico"),
        ('<link rel="icon" href="/i.svg"><link rel="icon" href="/i.png">', "/i.png"),
        ('<link rel="icon" type="image/svg+xml" href="/i">', "/favicon.ico"),
        ('<link rel="icon" href="/i.png"><link rel="apple-touch-icon" href="/a.png">', "/a.png"),
        ('<link rel="icon" sizes="16x16" href="/16"><link rel="icon" sizes="96x96" href="/96">', "/96"),
        ('<link rel="icon" sizes="16x16 512x512 128x128" href="/all"><link rel="icon" href="/i">', "/all"),
        ('<base href="https://press.example/static/"><link rel="icon" href="i.png">', "/static/i.png"),
        ('<link rel="icon" href="javascript:alert(1)">', "/favicon.ico"),
        ('<link rel="icon" href="data:image/png;base64,AAAA">', "/favicon.ico"),
        ('<link rel="stylesheet" href="/icon.png"><a rel="icon" href="/x.png">x</a>', "/favicon.ico"),
        ('<!-- no --><link rel="icon" href="' + "a" * 9_000 + '">', "/favicon.ico"),
    ],
)
def test_the_icon_of_a_page(head: str, icon: str) -> None:
    page = f"<html><head>{head}</head><body><p>News.</p></body></html>".encode()
    assert find_page_icon(page, url=URL) == f"https://press.example{icon}"


def test_no_page_breaks_it() -> None:
    for page in (b"", b"\0" * 1_000, b"<link" * 50_000, b'<link rel="icon" href=' * 20_000):
        assert find_page_icon(page, url=URL).startswith("https://press.example/")
