"""The headline of a page: what structured data, the first heading and the title element agree on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nutgraf.stages.extract.assemble import clean_line
from nutgraf.stages.extract.tree import Element, inner_text
from nutgraf.text.words import words

_SEPARATOR = re.compile(r"\s+(?:[|•·»›/—–-]|::)\s+|\s*[|»›]\s+")
_MAX_TITLE_CHARS = 400
_MAX_HEADINGS = 12
_MIN_SHOWN_WORDS = 3
_MIN_RESEMBLANCE = 0.6


def find_title(root: Element, headline: str, metas: Mapping[str, str], publisher: str, near: str = "") -> str:
    """The headline as the publisher shows it, the site's name taken off; "" where the page has none.

    `headline` is that of the structured data, `near` the heading that stands before the text.
    """
    social = clean_line(metas.get("og:title", "") or metas.get("twitter:title", "") or metas.get("dc.title", ""))
    element = root.find(".//title")
    document = clean_line(inner_text(element))[:_MAX_TITLE_CHARS] if element is not None else ""
    declared = [title for title in (headline, social, document) if title]
    names = {_fold(publisher), _fold(metas.get("og:site_name", ""))}
    shown = [heading for heading in (clean_line(near), *_headings(root)) if heading and _fold(heading) not in names]
    best = max(shown, key=lambda heading: _resemblance(heading, declared), default="")
    if best and _resemblance(best, declared) > _MIN_RESEMBLANCE:
        return best
    elsewhere = names | {_fold(part) for part in _SEPARATOR.split(document)[1:]}
    if len(words(near)) >= _MIN_SHOWN_WORDS and _fold(near) not in elsewhere:
        return clean_line(near)  # declared titles are often written for search engines
    for title in (headline, social):
        if title:
            return _without_site(title, publisher)
    return _without_site(document, publisher) or next(iter(shown), "")


def _headings(root: Element) -> list[str]:
    headings = []
    for element in root.iter("h1"):
        text = clean_line(inner_text(element))
        if 0 < len(text) <= _MAX_TITLE_CHARS:
            headings.append(text)
        if len(headings) >= _MAX_HEADINGS:
            break
    return headings


def _resemblance(heading: str, declared: list[str]) -> float:
    """How much `heading` is what the page declares as its title: 2 for one of its parts, else the share of words."""
    best = 0.0
    own = set(words(heading))
    for title in declared:
        if _fold(heading) in {_fold(title), _fold(_SEPARATOR.split(title)[0])}:
            return 2.0
        other = set(words(title))
        if len(own) >= max(2, 0.5 * len(other)):
            best = max(best, len(own & other) / (min(len(own), len(other)) or 1))
    return best


def _fold(text: str) -> str:
    return "".join(words(text))


def _without_site(title: str, publisher: str) -> str:
    """`title` without the site's name or section after (or before) a separator."""
    pieces = _SEPARATOR.split(title)
    if len(pieces) == 1:
        return title
    folded = _fold(publisher)
    kept = [piece for piece in pieces if _fold(piece) not in (folded, "")]
    if len(kept) < len(pieces) and kept:
        first = title.find(kept[0])
        last = title.rfind(kept[-1])
        return title[first : last + len(kept[-1])]
    longest = max(pieces, key=len)
    if len(pieces[-1].split()) <= 3 and len(title) - len(pieces[-1]) > 20:
        end = title.rfind(pieces[-1])
        return re.sub(r"\s*(?:[|•·»›/—–-]|::)\s*$", "", title[:end]).strip()
    return longest if len(longest) > 0.7 * len(title) else title
