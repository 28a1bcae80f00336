"""Publishers' HTML after cleaning: what stays, what goes, and that nothing gets out of hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.text.sanitise import MAX_OPEN_TAGS, html_to_text, sanitise_html, unescape
from sanitised_html import assert_harmless

BASE = "https://base.example/a/b"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One<br>two</p>", "<p>One<br>two</p>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("<b><i>x</b>y", "<b><i>x</i></b>y"),
        ("</p>x</div>", "x"),
        ("<span onclick=x style=y>x</span>", "x"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<script>alert(1)</script>x<style>p{}</style>", "x"),
        ("<svg><a href='javascript:alert(1)'>x</a></svg>y", "y"),
        ("<form action=/x><input value=1>x</form>", "x"),
        ("<iframe src=//evil.example></iframe>x", "x"),
        ("<!-- <p> -->x<![CDATA[y]]>", "x"),
        ("<a href='c?x=1&amp;y=2' target=_top>l</a>", '<a href="https://base.example/a/c?x=1&amp;y=2" {rel}>l</a>'),
        ("<a href='//other.example/'>l</a>", '<a href="https://other.example/" {rel}>l</a>'),
        ("<a href='javascript:alert(1)'>l</a>", "<a {rel}>l</a>"),
        ("<a href=' java&#9;script:alert(1)'>l</a>", "<a {rel}>l</a>"),
        ("<a href='data:text/html,x'>l</a>", "<a {rel}>l</a>"),
        ("<a href='http://[::1'>l</a>", "<a {rel}>l</a>"),
        ("unfinished <b title='x", "unfinished &lt;b title='x"),
    ],
)
def test_sanitised(markup: str, expected: str) -> None:
    assert sanitise_html(markup, BASE) == expected.format(rel='rel="noopener noreferrer nofollow"')


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("AT&amp;T &#8211; <b>news</b>", "AT&T – news"),
        ("1 < 2 and List<T> of <em>things</em>", "1 < 2 and List<T> of things"),
        ("<p>One</p><p>two</p>", "One two"),
        ("un<i>broken</i>", "unbroken"),
        ("<script>x</script>kept", "kept"),
        ("a <title> tag", "a tag"),
        ("&#146;&#99999999999;&nbsp;x", "’\ufffd x"),
        ("a <b c", "a <b c"),
    ],
)
def test_text(markup: str, expected: str) -> None:
    assert html_to_text(markup) == expected


def test_depth_is_bounded_before_a_tree_is_built() -> None:
    result = sanitise_html("<div>" * 50_000 + "x", BASE)
    assert result == "<div>" * MAX_OPEN_TAGS + "x" + "</div>" * MAX_OPEN_TAGS


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<", "<a ", '<a x="', "<!--", "<svg>", "<title>", "<b><p>", "</i>", "&", "<table>x<tr>", "<a href=x>"],
)
def test_repeated_pieces_end_quickly(piece: str) -> None:
    """Each of these made some parser quadratic; the suite's time limit is the check."""
    assert_harmless(sanitise_html(piece * 60_000, BASE))
    html_to_text(piece * 60_000)


def test_one_tag_with_many_attributes_ends_quickly() -> None:
    attributes = " ".join(f"a{n}=1" for n in range(30_000))
    assert sanitise_html(f"<p {attributes}>x</p>", BASE) == "<p>x</p>"


PIECES = st.sampled_from(
    [
        "<a href=", "javascript:x", "'", '"', ">", "<", "</a>", "<svg>", "<math>", "</", "<!--", "-->", "<p>", "&#x6a;",
        "<script", "onload=", "/", "\0", "<style>", "<template>", "<noscript>", "<title>", "</title>", "<b>", "<table>",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join))
def test_any_markup_comes_out_harmless(markup: str) -> None:
    assert_harmless(sanitise_html(markup, BASE))
    html_to_text(markup).encode("utf-8", "surrogatepass")


def test_references_of_many_digits_do_not_raise() -> None:
    assert unescape("&#" + "9" * 10_000 + ";&#x" + "f" * 10_000 + ";") == "\ufffd\ufffd"
