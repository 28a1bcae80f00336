"""The headline of a page: what structured data, the headings and the title element agree on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nutgraf.stages.extract.addresses import absolute_url, site_of
from nutgraf.stages.extract.assemble import clean_line
from nutgraf.stages.extract.furniture import Furniture, is_spoken_only, judge_element
from nutgraf.stages.extract.tree import Element, inner_text
from nutgraf.stages.extract.visible_dates import find_date
from nutgraf.text.words import words

_SEPARATOR = re.compile(r"\s+(?:[|•·»›/\\—–-]|::|//)\s+|\s*[|»›│]\s+")
_TAIL_SEPARATOR = re.compile(r"\s*(?:[|•·»›/—–│-]|::)\s*$")
_BYLINE = re.compile(r"^(?:by|von|par|por|di)\s+\w+(?:\s+\w+){1,3}\.?$", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4")
_MAX_TITLE_CHARS = 400
_MAX_HEADINGS = 60
_MIN_SHOWN_WORDS = 3
_MIN_HOST_CHARS = 6
_MIN_RESEMBLANCE = 0.6
_APPENDED = re.compile(r"\s+(?:[|:•·»›@/\\—–-]|::)\s|\s?\|")
_SITE_NAMES = re.compile(r"(?:site|blog)[-_]?(?:title|name|logo)|\blogo\b|\bbrand(?:ing)?\b|masthead", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Heading:
    text: str
    level: int  # 1 to 4
    is_near: bool = False  # it stands before the text


def find_title(
    root: Element, headline: str, metas: Mapping[str, str], publisher: str, near: str = "", url: str = ""
) -> str:
    """The headline as the publisher shows it, the site's name taken off; "" where the page has none.

    `headline` is that of the structured data, `near` the heading that stands before the text.
    """
    declared = _Declared(root, headline, metas, publisher, url)
    near = clean_line(near)
    headings = [_Heading(near, 1, is_near=True)] if near else []
    headings += _headings(root, url)
    shown = [heading for heading in headings if not declared.is_site_name(heading.text) and not _is_label(heading.text)]
    best = max(shown, key=declared.agreement, default=None)
    if best is not None and declared.agreement(best) > _MIN_RESEMBLANCE:
        return declared.within(best.text)
    if declared.is_unanimous:
        return declared.headline
    if shown and shown[0].is_near and len(words(near)) >= _MIN_SHOWN_WORDS and not declared.is_elsewhere(near):
        return near  # declared titles are often written for search engines
    only = {heading.text for heading in shown if heading.level == 1}
    first = only.pop() if len(only) == 1 else ""
    is_declared = bool(declared.headline or declared.social)
    if first and (len(words(first)) >= _MIN_SHOWN_WORDS or not is_declared):
        return first
    return declared.headline or declared.social or declared.document_title(first) or first


class _Declared:
    """What a page declares as its title: in structured data, in meta elements, in the title element."""

    def __init__(self, root: Element, headline: str, metas: Mapping[str, str], publisher: str, url: str) -> None:
        names = (publisher, metas.get("og:site_name", ""), metas.get("application-name", ""))
        self._names = {_fold(name) for name in names if name}
        self._host = _fold(site_of(url).split(".", 1)[0])
        social = clean_line(metas.get("og:title", "") or metas.get("twitter:title", "") or metas.get("dc.title", ""))
        element = root.find(".//head/title")
        element = root.find(".//title") if element is None else element
        self._document = clean_line(inner_text(element))[:_MAX_TITLE_CHARS] if element is not None else ""
        pieces = _SEPARATOR.split(self._document)
        self._document_pieces = pieces if len(pieces) > 1 else []
        self.headline = self._without_site(headline, is_structured=True)
        self.social = self._without_site(social)
        self._social_whole = social
        self._social_parts = self._parts(social)
        self._document_parts = self._parts(self._document)

    @property
    def is_unanimous(self) -> bool:
        """Whether the structured data and the meta elements name the same title."""
        return bool(self.headline) and _fold(self.headline) == _fold(self.social)

    def is_site_name(self, text: str) -> bool:
        """Whether `text` is the site's name, as declared or as in its address."""
        folded = _fold(text)
        if not folded or folded in self._names or folded == self._host:
            return True
        is_like_host = len(self._host) >= _MIN_HOST_CHARS and folded.startswith(self._host)
        return is_like_host and len(folded) <= 2 * len(self._host) and text in self._document_pieces

    def is_elsewhere(self, text: str) -> bool:
        """Whether `text` is a later part of the title element, where sections and sites are named."""
        return _fold(text) in {_fold(piece) for piece in self._document_pieces[1:]}

    def agreement(self, heading: _Heading) -> float:
        """How much a heading is what the page declares: above 2 for the same words, else a share of them."""
        rank = 0.3 * heading.is_near + 0.2 * (heading.level == 1) - 0.01 * heading.level
        folded = _fold(heading.text)
        for worth, titles in ((4.0, {self.headline}), (3.0, self._social_parts), (2.0, self._document_parts)):
            if folded in map(_fold, titles) and (heading.level == 1 or len(words(heading.text)) > 1):
                return worth + rank
        if self._is_beginning(heading.text):
            return 1.5 + rank
        if heading.level > 1:
            return 0.0
        own = _word_set(heading.text)
        best = 0.0
        for title in (self.headline, self.social, self._document):
            other = _word_set(title)
            if title and len(own) >= max(2, 0.5 * len(other)):
                best = max(best, len(own & other) / (min(len(own), len(other)) or 1))
        return best

    def _is_beginning(self, text: str) -> bool:
        """Whether a declared title is `text`, then a mark and more: sites append their names in many ways."""
        return len(words(text)) > 1 and any(
            len(title) > len(text) and title.startswith(text) and _APPENDED.match(title, len(text))
            for title in (self._social_whole, self._document)
        )

    def within(self, heading: str) -> str:
        """The declared title where `heading` is that and a kicker or a subtitle, else `heading`."""
        own = words(heading)
        for declared in (self.headline, self.social):
            title = words(declared)
            if _MIN_SHOWN_WORDS <= len(title) < len(own) and title in (own[: len(title)], own[-len(title) :]):
                return declared
        return heading

    def document_title(self, heading: str) -> str:
        """The title element's words; "" where it only names the site and there is a `heading`."""
        title = self._without_site(self._document)
        return "" if heading and (self.is_site_name(title) or len(words(title)) < _MIN_SHOWN_WORDS) else title

    def _parts(self, title: str) -> set[str]:
        """`title`, and its parts where they may be the headline: the longest, the first, any of three words."""
        pieces = [piece for piece in _SEPARATOR.split(title) if not self.is_site_name(piece)]
        site, colon, rest = title.partition(": ")
        if colon and (self.is_site_name(site) or len(pieces) == 1):
            pieces.append(rest)
        long = [piece for piece in pieces if len(words(piece)) >= _MIN_SHOWN_WORDS]
        return {piece for piece in (title, *pieces[:1], max(pieces, key=len, default=""), *long) if piece}

    def _without_site(self, title: str, *, is_structured: bool = False) -> str:
        """`title` without the site's name or section after (or before) a separator; structured ones have no section."""
        pieces = _SEPARATOR.split(title)
        if len(pieces) == 1:
            return title
        kept = [piece for piece in pieces if not self.is_site_name(piece)]
        if len(kept) < len(pieces) and kept:
            first = title.find(kept[0])
            last = title.rfind(kept[-1])
            return title[first : last + len(kept[-1])]
        if is_structured:
            return title
        longest = max(pieces, key=len)
        if len(pieces[-1].split()) <= 3 and len(title) - len(pieces[-1]) > 20:
            return _TAIL_SEPARATOR.sub("", title[: title.rfind(pieces[-1])]).strip()
        return longest if len(longest) > 0.7 * len(title) else title


def _headings(root: Element, url: str) -> list[_Heading]:
    found = []
    for number, element in enumerate(root.iter(*_HEADINGS)):
        if number >= _MAX_HEADINGS:
            break
        text = clean_line(" ".join(_shown_texts(element)) if len(element) else element.text or "")
        if 0 < len(text) <= _MAX_TITLE_CHARS and not _is_banner(element, url):
            found.append(_Heading(text, int(element.tag[1])))
    return found


def _shown_texts(element: Element) -> Iterator[str]:
    """Texts in a heading, without style sheets, scripts and what only screen readers are told."""
    if element.text:
        yield element.text
    for child in element:
        if child.tag not in ("style", "script", "noscript", "svg", "button"):
            yield from _shown_texts(child)
        if child.tail:
            yield child.tail


def _is_banner(heading: Element, url: str) -> bool:
    """Whether a heading is the site's name: hidden, called so, or a link to the front page."""
    if judge_element(heading) is Furniture.HIDDEN or _SITE_NAMES.search(
        heading.get("class", "") + heading.get("id", "")
    ):
        return True
    if is_spoken_only(heading) and heading.tag != "h1":
        return True
    link = heading.find(".//a")
    if link is None or not re.sub(r"^https?://[^/]*/?", "", url):
        return False
    target = absolute_url(link.get("href") or "", url)
    return bool(target) and not re.sub(r"^https?://[^/]*/?", "", target)


def _is_label(text: str) -> bool:
    """Whether a heading holds no more than a date or a name of an author, as some layouts have them."""
    return bool(_BYLINE.match(text)) or (len(text) < 40 and len(words(text)) <= 5 and find_date(text) is not None)


@lru_cache(maxsize=1_000)  # every heading is compared with every declared title
def _fold(text: str) -> str:
    return "".join(words(text))


@lru_cache(maxsize=1_000)
def _word_set(text: str) -> frozenset[str]:
    return frozenset(words(text))
