"""When an article was published and updated: structured data, meta elements, time elements, then htmldate's search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import htmldate

from nutgraf.stages.extract.jsonld import Node, text_of
from nutgraf.stages.extract.locate import Surroundings
from nutgraf.stages.extract.moments import parse_moment
from nutgraf.stages.extract.tree import Element, lxml_html_copy
from nutgraf.stages.extract.visible_dates import find_date, find_publication_date

_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "date.published", "publishdate", "publish-date", "publish_date", "published_time", "pubdate", "publication_date",
    "og:pubdate", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "citation_publication_date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "article.published", "rnews:datepublished",
    "article_date_original", "vr:published_time", "shareaholic:article_published_time", "date_published",
)  # fmt: skip
# Often the day on which the record was made or last saved, so what readers are shown goes before them.
_VAGUE_METAS = (
    "date", "dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "ptime", "timestamp", "created",
    "datecreated", "last-modified-date",
)  # fmt: skip
_UPDATED_METAS = (
    "article:modified_time", "og:updated_time", "article:modified", "datemodified", "date.modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "last-modified", "article.updated",
)  # fmt: skip
_PUBLISHED_NAMES = re.compile(r"publi|created|posted|entry-date|post-date|article-?date|dateline|datum|pubdate", re.I)
_URL_DATE = re.compile(r"/(?P<y>(?:19|20)\d\d)[/-](?P<m>\d\d?)[/-](?P<d>\d\d?)(?:/|-|$)")
_URL_DATE_DAY_FIRST = re.compile(r"/(?P<d>\d\d)-(?P<m>\d\d)-(?P<y>20\d\d)(?:/|-|$)")
_MAX_TIMES = 40
_COMMENT = re.compile(r"\bcomments?\b|comment-|kommentar|respond", re.IGNORECASE)


def find_published(
    root: Element, article: Node, metas: Mapping[str, str], url: str, surroundings: Surroundings
) -> datetime | None:
    """When the article was published, with the zone that the page gives (UTC where none), or None."""
    declared = _moments(text_of(article.get("datePublished")), *(metas.get(name, "") for name in _PUBLISHED_METAS))
    if len({moment.date() for moment in declared}) == 1:
        return declared[0]  # no doubt, so nothing else is read
    shown = {moment.date() for moment in filter(None, map(find_date, surroundings.lines))}
    if declared:
        return next((moment for moment in declared if moment.date() in shown), declared[0])
    vague = _moments(*(metas.get(name, "") for name in _VAGUE_METAS))
    return (
        parse_moment(text_of(article.get("dateCreated")))
        or _marked_up(root)
        or next((moment for moment in vague if moment.date() in shown), None)
        or find_publication_date(surroundings.lines, surroundings.openings)
        or next(iter(vague), None)
        or _in_address(url)
        or _searched(root, url)
        or next(filter(None, map(find_date, surroundings.lines)), None)
        or parse_moment(text_of(article.get("uploadDate")))
    )


def _moments(*texts: str) -> list[datetime]:
    return [moment for moment in map(parse_moment, texts) if moment]


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
        if element.tag == "time" and not _is_in_comment(element):
            if _PUBLISHED_NAMES.search(element.get("class", "")) and "updated" not in element.get("class", ""):
                return moment
            plain.append(moment)
    return plain[0] if len({moment.date() for moment in plain}) == 1 else None


def _is_in_comment(element: Element) -> bool:
    return any(
        _COMMENT.search(f"{holder.get('class', '')} {holder.get('id', '')}") for holder in element.iterancestors()
    )


def _in_address(url: str) -> datetime | None:
    match = _URL_DATE.search(url) or _URL_DATE_DAY_FIRST.search(url)
    return parse_moment(f"{match['y']}-{match['m']:0>2}-{match['d']:0>2}") if match else None


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
