"""RSS 0.90 and 1.0: RDF documents whose items stand beside the channel (RSS-DEV Working Group, 2000)."""

from __future__ import annotations

from nutgraf.domain.feed import Feed
from nutgraf.stages.parse.fields import FeedContext
from nutgraf.stages.parse.rss import channel_feed
from nutgraf.stages.parse.tree import Element, children_by_name


def read_rdf(root: Element, context: FeedContext) -> Feed:
    """An RDF document as a Feed; an item's `rdf:about` is its id."""
    beside = children_by_name(root)
    channels = beside.get("channel", [])
    channel = channels[0] if channels else root
    children = children_by_name(channel)
    items = [*beside.get("item", ())]
    if channel is not root:
        items.extend(children.get("item", ()))
    is_090 = "my.netscape.com/rdf" in str(root.nsmap.values()) or "channel.netscape.com" in str(root.nsmap.values())
    return channel_feed(channel, children, items, context, format_name="rss090" if is_090 else "rss10")
