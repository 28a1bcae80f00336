"""Refuse pages that would hold a parser for long, by one linear scan of the bytes before any tree is built.

Tree builders are quadratic in the nesting depth and in the attributes of one element (50,000 attributes hold libxml2
for 19 s). The limits leave real pages alone: of 1,148 measured the deepest has 44 levels.
"""

from __future__ import annotations

import re

from nutgraf.errors import ExtractError

MAX_PAGE_BYTES = 10_000_000
MAX_DEPTH = 200
MAX_TAG_ATTRIBUTES = 1_000
_LONG_TAG_BYTES = 4_000

# Comments end as the HTML Standard says (also "-->" at once and "--!>"); the text of scripts and styles is no markup;
# a quote opens a value only after "=". All repetitions are possessive or end at the end of the input: a linear scan.
_ATTRIBUTES = rb"(?:[^=>]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=)*+"
_MARKUP = re.compile(
    rb"<!--(?:-?>|(?s:.*?)(?:--!?>|\Z))"
    rb"|<(script|style)\b" + _ATTRIBUTES + rb"(?<!/)>(?s:.*?)(?:</(?:script|style)|\Z)"
    rb"|<(/?)([a-z][^\s/>]*+)(" + _ATTRIBUTES + rb")"
)
_QUOTED = re.compile(rb"=\s*+(?:\"[^\"]*+\"|'[^']*+')")
# Void elements, and those that end where the next of their kind begins: they do not nest in themselves.
_NOT_NESTING = frozenset(
    b"area base br col embed hr img input link meta param source track wbr "
    b"p li dd dt td th tr thead tbody tfoot option optgroup colgroup rt rp".split()
)


def check_page(page: bytes, *, url: str) -> None:
    """Raises ExtractError (`too_large`, `too_deep`, `oversized_tag`) where `page` is not safe to parse."""
    if len(page) > MAX_PAGE_BYTES:
        raise ExtractError("The page is larger than 10 MB.", url=url, code="too_large")
    depth = 0
    open_counts: dict[bytes, int] = {}
    for _script, closing, name, attributes in _MARKUP.findall(page.lower()):
        if len(attributes) > _LONG_TAG_BYTES and _attribute_count(attributes) > MAX_TAG_ATTRIBUTES:
            raise ExtractError("The page has an element with thousands of attributes.", url=url, code="oversized_tag")
        if not name or name in _NOT_NESTING:
            continue
        count = open_counts.get(name, 0)
        if not closing:
            if attributes[-1:] == b"/":
                continue
            open_counts[name] = count + 1
            depth += 1
            if depth > MAX_DEPTH:
                raise ExtractError(f"The page nests elements more than {MAX_DEPTH} deep.", url=url, code="too_deep")
        elif count:
            open_counts[name] = count - 1
            depth -= 1


def _attribute_count(attributes: bytes) -> int:
    """About how many attributes a tag has: whatever is greater, its equals signs or its words outside quotes."""
    bare = _QUOTED.sub(b"=v", attributes)
    return max(bare.count(b"="), len(bare.split()))
