"""Bytes of a feed to a Feed."""

from nutgraf.stages.parse.discovery import FeedLink, find_feed_links
from nutgraf.stages.parse.feed import ParsedFeed, ParsePath, parse_feed, parse_feed_with_path
from nutgraf.stages.parse.opml import OpmlOutline, parse_opml
from nutgraf.stages.parse.page_icon import find_page_icon

__all__ = [
    "FeedLink",
    "OpmlOutline",
    "ParsePath",
    "ParsedFeed",
    "find_feed_links",
    "find_page_icon",
    "parse_feed",
    "parse_feed_with_path",
    "parse_opml",
]
