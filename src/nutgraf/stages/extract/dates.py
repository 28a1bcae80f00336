"""When an article was published and updated: structured data, meta elements, time elements, then htmldate's search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import htmldate

from nutgraf.stages.extract.jsonld import Node, text_of
from nutgraf.stages.extract.moments import parse_moment
from nutgraf.stages.extract.tree import Element, lxml_html_copy
from nutgraf.stages.extract.visible_dates import find_date

_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "date.published", "publishdate", "publish-date", "publish_date", "published_time", "pubdate", "publication_date",
    "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created",
    "dcterms.date", "dc.date", "citation_publication_date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "date", "ptime", "last-modified-date", "article.published", "rnews:datepublished", "article_date_original",
    "vr:published_time", "shareaholic:article_published_time", "timestamp", "date_published", "created", "datecreated",
)  # fmt: skip
_UPDATED_METAS = (
    "article:modified_time", "og:updated_time", "article:modified", "datemodified", "date.modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "last-modified", "article.updated",
)  # fmt: skip
_PUBLISHED_NAMES = re.compile(r"publi|created|posted|entry-date|post-date|article-?date|dateline|datum|pubdate", re.I)
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d\d)[/-](\d\d)(?:/|-|$)")
_NEAR_LINES = 16
_MAX_TIMES = 40


def find_published(
    root: Element, article: Node, metas: Mapping[str, str], url: str, lines: Sequence[str] = ()
) -> datetime | None:
    """When the article was published, with the zone that the page gives (UTC where none), or None.

    `lines` are the short texts near the headline, in the order in which they are to be searched.
    """
    for text in (text_of(article.get("datePublished")), text_of(article.get("dateCreated"))):
        moment = parse_moment(text)
        if moment:
            return moment
    for name in _PUBLISHED_METAS:
        moment = parse_moment(metas.get(name, ""))
        if moment:
            return moment
    return (
        _marked_up(root)
        or _in_address(url)
        or _visible(lines)
        or _searched(root, url)
        or parse_moment(text_of(article.get("uploadDate")))
    )


def find_updated(article: Node, metas: Mapping[str, str]) -> datetime | None:
    """When the article was last changed, as the page declares it, or None."""
    for text in (text_of(article.get("dateModified")), *(metas.get(name, "") for name in _UPDATED_METAS)):
        moment = parse_moment(text)
        if moment:
            return moment
    return None


def _marked_up(root: Element) -> datetime | None:
    """The date of microdata, or of a time element that says it is the publication's, or of the only one."""
    plain: list[datetime] = []
    for number, element in enumerate(root.iter("time", "span", "div", "abbr", "p", "meta")):
        if element.tag != "time" and "itemprop" not in element.attrib and element.get("class") != "published":
            continue
        if number > 20_000 or len(plain) >= _MAX_TIMES:
            break
        moment = parse_moment(
            element.get("datetime") or element.get("content") or element.get("title") or (element.text or "")
        )
        if moment is None:
            continue
        if "datepublished" in (element.get("itemprop") or "").lower() or "pubdate" in element.attrib:
            return moment
        if element.tag == "time":
            if _PUBLISHED_NAMES.search(element.get("class", "")) and "updated" not in element.get("class", ""):
                return moment
            plain.append(moment)
    return plain[0] if len({moment.date() for moment in plain}) == 1 else None


def _in_address(url: str) -> datetime | None:
    match = _URL_DATE.search(url)
    return parse_moment("-".join(match.groups())) if match else None


def _visible(lines: Sequence[str]) -> datetime | None:
    return next(filter(None, map(find_date, lines)), None)


def _searched(root: Element, url: str) -> datetime | None:
    """htmldate's answer; it changes the tree, so it gets a copy.

    Its extensive search is off: that loads dateparser (2 s) for a guess that is as often wrong as right.
    """
    try:
        found = htmldate.find_date(
            lxml_html_copy(root), url=url, original_date=True, extensive_search=False, outputformat="%Y-%m-%d"
        )
    except Exception:  # a third-party search over hostile markup must not cost the article
        return None
    return parse_moment(found or "")
