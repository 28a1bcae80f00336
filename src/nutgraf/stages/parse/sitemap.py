"""News sitemaps (sitemaps.org 0.9 with Google's news 0.9 extension) read as feeds."""

from __future__ import annotations

from datetime import datetime

from nutgraf.domain.feed import Entry, Feed
from nutgraf.errors import ParseError
from nutgraf.stages.parse.dates import parse_date
from nutgraf.stages.parse.fields import (
    FeedContext,
    entry_id,
    language_tag,
    newest,
    newest_first,
    plain_title,
)
from nutgraf.stages.parse.limits import MAX_FEED_LINKS
from nutgraf.stages.parse.tree import Element, name_of, text_of
from nutgraf.text.addresses import absolute_url


def read_sitemap(root: Element, context: FeedContext) -> Feed:
    """A sitemap as a Feed; addresses without a news element are pages, not articles, and are left out.

    Raises ParseError (sitemap_without_news).
    """
    urls = [child for child in root if isinstance(child.tag, str) and _local(child.tag) == "url"]
    articles = [values for url in urls if (values := _texts(url)).get("title")]
    if urls and not articles:
        raise ParseError("The sitemap lists pages, but no news.", url=context.url, code="sitemap_without_news")
    taken, dropped = newest(articles, _date_of)
    entries = []
    for values in taken:
        url = absolute_url(values.get("loc", ""), context.url)
        title = plain_title(values["title"])
        entries.append(
            Entry(
                id=entry_id("", url, title, _date_of(values)),
                url=url,
                title=title,
                published_at=_date_of(values),
                updated_at=parse_date(values.get("lastmod", "")),
            )
        )
    first = articles[0] if articles else {}
    return Feed(
        url=context.url,
        title=plain_title(first.get("name", "")),
        site_url=absolute_url("/", context.url),
        language=language_tag(first.get("language", "")),
        entries=newest_first(entries),
        format="sitemap",
        dropped_entries=dropped,
    )


def read_sitemap_index(root: Element, context: FeedContext) -> Feed:
    """Raises ParseError (sitemap_index) that names the sitemaps it lists: an index has no entries of its own."""
    places = (
        absolute_url(text_of(element), context.url) for element in root.iter() if _local(str(element.tag)) == "loc"
    )
    links = tuple(place for place in places if place)[:MAX_FEED_LINKS]
    raise ParseError("This is an index of sitemaps.", url=context.url, code="sitemap_index", feed_links=links)


def _texts(url: Element) -> dict[str, str]:
    """First text by local name of everything in a `url` element, but not of image and video titles."""
    texts: dict[str, str] = {}
    for element in url.iter():
        if not isinstance(element.tag, str) or len(element):
            continue
        name = name_of(element.tag)
        if name.startswith(("sitemap:", "news:")) or ":" not in name:
            texts.setdefault(name.rpartition(":")[2], text_of(element))
    return texts


def _date_of(values: dict[str, str]) -> datetime | None:
    return parse_date(values.get("publication_date", "")) or parse_date(values.get("lastmod", ""))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()
