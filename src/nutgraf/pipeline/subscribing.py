"""Subscribing: to one feed by any address a person may paste, with one GET, or to many by an OPML file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from nutgraf.domain.desk import MAX_CATEGORY_CHARS
from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import FeedRecord, FeedState
from nutgraf.errors import Blocked, ConfigError, Conflict, ParseError
from nutgraf.pipeline.item_trail import about_feed
from nutgraf.pipeline.polling import FeedPoller
from nutgraf.ports import Clock, Store
from nutgraf.stages.parse import parse_opml

MAX_ADDRESS_CHARS = 2_048
MAX_OPML_BYTES = 5_000_000


def clean_feed_address(address: str) -> str:
    """An http(s) address from what a person typed: `feed:` and a missing scheme are mended, a fragment is dropped.

    Raises ConfigError, also for an address that holds a user name: it would be stored and shown.
    """
    text = address.strip()
    if not text or len(text) > MAX_ADDRESS_CHARS or any(c.isspace() for c in text):
        raise ConfigError("This is not a web address.", code="bad_address")
    if text.lower().startswith("feed:"):
        text = text[5:].removeprefix("//")
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme.lower() not in ("http", "https"):
        raise ConfigError("Only http and https addresses can be subscribed to.", code="bad_address")
    if parts.username is not None:
        raise ConfigError("Addresses with a user name or password are not taken.", code="bad_address")
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", parts.query, ""))


async def subscribe(address: str, *, store: Store, poller: FeedPoller, clock: Clock) -> FeedRecord:
    """Subscribe to `address` and poll it once; the feed stays with its error where that failed, to be retried.

    Raises ConfigError for what is no address, Conflict where it is subscribed, Blocked where we refuse to fetch it,
    and ParseError with `feed_links` where the address is a web page that declares feeds: nothing is subscribed then.
    """
    url = clean_feed_address(address)
    now = clock.now()
    attempt = await poller.attempt(_not_yet_subscribed(url, now))
    if isinstance(attempt.error, ParseError) and attempt.error.feed_links:
        raise attempt.error
    if isinstance(attempt.error, Blocked):
        raise attempt.error
    feed = await asyncio.to_thread(store.add_feed, attempt.result.moved_to or url, now=now)
    change = await asyncio.to_thread(store.record_poll, feed.id, attempt.result)
    with about_feed(feed.id):
        poller.tell(feed.url, attempt.result, change)
    return await asyncio.to_thread(store.get_feed, feed.id)


def _not_yet_subscribed(url: str, now: datetime) -> FeedRecord:
    return FeedRecord(
        id=FeedId(0),
        url=url,
        title="",
        site_url="",
        state=FeedState.ACTIVE,
        etag="",
        last_modified="",
        added_at=now,
        next_poll_at=now,
        last_poll_at=None,
        last_ok_at=None,
        last_new_at=None,
        failures=0,
        interval_s=0,
        error_code="",
        error_message="",
    )


@dataclass(frozen=True, slots=True)
class RejectedFeed:
    """A feed of an OPML file that was not taken in: its address as written, and why in one plain sentence."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpmlImport:
    """What became of an OPML file: feeds added, feeds subscribed already, feeds refused."""

    added: int
    already: int
    rejected: tuple[RejectedFeed, ...] = ()


def clean_category(text: str) -> str:
    """A category as FeedOptions takes it: on one line, printable, not too long."""
    plain = " ".join(text.split())
    return "".join(char for char in plain if char.isprintable())[:MAX_CATEGORY_CHARS].strip()


def import_opml(data: bytes, *, store: Store, now: datetime) -> OpmlImport:
    """Subscribe to every feed of an OPML file; they are polled as any feed that is due. Raises ParseError."""
    if len(data) > MAX_OPML_BYTES:
        raise ParseError("The file is too large to be a list of feeds.", code="too_large")
    added = already = 0
    rejected: list[RejectedFeed] = []
    for outline in parse_opml(data):
        try:
            url = clean_feed_address(outline.url)
            store.add_feed(url, title=outline.title, category=clean_category(outline.category), now=now)
            added += 1
        except Conflict:
            already += 1
        except ConfigError as error:
            rejected.append(RejectedFeed(outline.url, error.message))
    return OpmlImport(added, already, tuple(rejected))
