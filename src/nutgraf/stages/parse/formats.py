"""The XML feed formats there are: name of the root element to the function that reads it. A new format is one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nutgraf.domain.feed import Feed
from nutgraf.stages.parse.atom import read_atom
from nutgraf.stages.parse.fields import FeedContext
from nutgraf.stages.parse.rdf import read_rdf
from nutgraf.stages.parse.rss import read_rss
from nutgraf.stages.parse.sitemap import read_sitemap, read_sitemap_index
from nutgraf.stages.parse.tree import Element

Reader = Callable[[Element, FeedContext], Feed]

FORMATS: Mapping[str, Reader] = {
    "rss": read_rss,
    "rdf": read_rdf,
    "feed": read_atom,
    "entry": read_atom,
    "urlset": read_sitemap,
    "sitemapindex": read_sitemap_index,
}
"""By local name of the root element in lower case."""
