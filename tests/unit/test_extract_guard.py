"""Hostile bytes are refused by a linear scan, before any tree is built."""

from __future__ import annotations

import contextlib

import pytest

from nutgraf.errors import ExtractError
from nutgraf.stages.extract import extract_article
from nutgraf.stages.extract.guard import MAX_DEPTH, MAX_PAGE_BYTES, MAX_TAG_ATTRIBUTES, check_page

URL = "https://press.example/a"


def refusal(page: bytes) -> str:
    with pytest.raises(ExtractError) as caught:
        check_page(page, url=URL)
    assert caught.value.url == URL
    return caught.value.code


def test_too_large() -> None:
    assert refusal(b"a" * (MAX_PAGE_BYTES + 1)) == "too_large"


@pytest.mark.parametrize("tag", [b"div", b"span", b"b", b"DIV", b"svg:g", b"ul><li"])
def test_too_deep(tag: bytes) -> None:
    assert refusal((b"<" + tag + b">") * (MAX_DEPTH + 1)) == "too_deep"


@pytest.mark.parametrize(
    "hiding",
    [
        b"<!-->",  # a comment that ends at once
        b"<!-- --!>",
        b"<script/>",  # closed at once for libxml2
        b"<script></script >",
        b'<p title="a>b" x=">">',
    ],
)
def test_depth_cannot_hide_behind_what_only_looks_like_a_comment_or_script(hiding: bytes) -> None:
    assert refusal(hiding + b"<i>" * 1_000) == "too_deep"


def test_markup_in_scripts_styles_and_comments_does_not_count() -> None:
    deep = b"<div>" * 1_000
    check_page(b"<script>" + deep + b"</script><style>" + deep + b"</style><!--" + deep + b"-->", url=URL)


def test_elements_that_end_by_themselves_do_not_nest() -> None:
    check_page(b"<p>one<br>" * 10_000 + b"<ul>" + b"<li>item" * 10_000, url=URL)


def test_siblings_do_not_nest() -> None:
    check_page(b"<div><span>x</span></div>" * 10_000, url=URL)


@pytest.mark.parametrize("attribute", [b' a="1"', b" b", b" c=1", b"\td='>'"])
def test_thousands_of_attributes(attribute: bytes) -> None:
    repeated = attribute * (5 * MAX_TAG_ATTRIBUTES)
    assert refusal(b"<p" + repeated + b">text</p>") == "oversized_tag"


def test_one_long_value_is_no_crowd_of_attributes() -> None:
    check_page(b'<img src="data:image/png;base64,' + b"A" * 500_000 + b'">', url=URL)


@pytest.mark.parametrize(
    "piece", [b"<", b"<!--", b'<a "', b"<a '\"", b"<script ", b'<a b="', b"<a b='x\"", b"<p>", b"</"]
)
def test_scan_ends_on_a_million_repetitions(piece: bytes) -> None:
    with contextlib.suppress(ExtractError):  # what matters is that it ends within the test's time limit
        check_page(piece * (8_000_000 // len(piece)), url=URL)


def test_extraction_refuses_before_parsing() -> None:
    with pytest.raises(ExtractError) as caught:
        extract_article("<div>" * 100_000, url=URL)
    assert caught.value.code == "too_deep"
