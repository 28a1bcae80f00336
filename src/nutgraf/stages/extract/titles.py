"""The headline of a page: what structured data, the first heading and the title element agree on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml.html import HtmlElement

from nutgraf.stages.extract.assemble import clean_line
from nutgraf.text.words import words

_SEPARATOR = re.compile(r"\s+(?:[|•·»›/—–-]|::)\s+|\s*[|»›]\s+")
_MAX_TITLE_CHARS = 400
_MAX_HEADINGS = 12


def find_title(root: HtmlElement, headline: str, metas: Mapping[str, str], publisher: str) -> str:
    """The headline as the publisher shows it, the site's name taken off; "" where the page has none.

    `headline` is that of the structured data.
    """
    social = clean_line(metas.get("og:title", "") or metas.get("twitter:title", "") or metas.get("dc.title", ""))
    element = root.find(".//title")
    document = clean_line(element.text_content())[:_MAX_TITLE_CHARS] if element is not None else ""
    declared = [title for title in (headline, social, document) if title]
    heading = _matching_heading(root, declared)
    if heading:
        return heading
    for title in (headline, social):
        if title:
            return _without_site(title, publisher)
    return _without_site(document, publisher) or next(iter(_headings(root)), "")


def _headings(root: HtmlElement) -> list[str]:
    headings = []
    for element in root.iter("h1"):
        text = clean_line(element.text_content())
        if 0 < len(text) <= _MAX_TITLE_CHARS:
            headings.append(text)
        if len(headings) >= _MAX_HEADINGS:
            break
    return headings


def _matching_heading(root: HtmlElement, declared: list[str]) -> str:
    """The first-rank heading that most resembles what the page declares as its title, or ""."""
    best, best_share = "", 0.6
    for heading in _headings(root):
        own = set(words(heading))
        if len(own) < 2:
            continue
        for title in declared:
            other = set(words(title))
            share = len(own & other) / (min(len(own), len(other)) or 1)
            if share > best_share and len(own) >= 0.5 * len(other):
                best, best_share = heading, share
    return best


def _without_site(title: str, publisher: str) -> str:
    """`title` without the site's name or section after (or before) a separator."""
    pieces = _SEPARATOR.split(title)
    if len(pieces) == 1:
        return title
    folded = "".join(words(publisher))
    kept = [piece for piece in pieces if "".join(words(piece)) not in (folded, "")]
    if len(kept) < len(pieces) and kept:
        first = title.find(kept[0])
        last = title.rfind(kept[-1])
        return title[first : last + len(kept[-1])]
    longest = max(pieces, key=len)
    if len(pieces[-1].split()) <= 3 and len(title) - len(pieces[-1]) > 20:
        end = title.rfind(pieces[-1])
        return re.sub(r"\s*(?:[|•·»›/—–-]|::)\s*$", "", title[:end]).strip()
    return longest if len(longest) > 0.7 * len(title) else title
