"""Which entries of a feed are new or changed, and under which keys they are stored."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nutgraf.domain.feed import Entry, Feed
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import EntryToStore, KnownEntry
from nutgraf.text.addresses import normalise_address
from nutgraf.text.sanitise import html_to_text

MAX_KEY_CHARS = 500
_MIN_CONTENT_WORDS = 20
"""An entry without an address is worth keeping only where it brings a text of its own."""

REKEYED_SHARE = 0.8
"""So much of a feed under new ids with known content is a feed that renamed its entries (issue 3)."""

_MIN_REKEYED = 3
"""Fewer entries are no evidence: one notice sent daily in the same words is news each day."""

_ADDRESS = re.compile(r"""https?://[^\s"'<>]++""")


def entry_key(entry: Entry) -> str:
    """The key of an entry within its feed: its id, or a hash of an id too long to be one."""
    identity = entry.id.strip()
    return identity if len(identity) <= MAX_KEY_CHARS else f"sha256:{_sha256(identity)}"


def content_hash(entry: Entry) -> str:
    """SHA-256 in hex of what a reader sees of the entry: title, summary, content, and the updated time.

    Addresses within the HTML do not count: they change when a site moves, and counting pixels change at every poll.
    """
    updated_at = entry.updated_at.isoformat() if entry.updated_at else ""
    return _sha256(entry.title, _ADDRESS.sub("", entry.summary_html), _ADDRESS.sub("", entry.content_html), updated_at)


def article_key(entry: Entry, feed_url: str) -> str:
    """The key of an entry's article through any feed: its normalised address.

    An entry without an address is known by its feed and id alone, as `urn:nutgraf:entry:` and a SHA-256.
    """
    if entry.url:
        key = normalise_address(entry.url)
        return key if len(key) <= MAX_KEY_CHARS else f"sha256:{_sha256(key)}"
    return f"urn:nutgraf:entry:{_sha256(normalise_address(feed_url), entry_key(entry))}"


def read_entries(feed: Feed) -> tuple[EntryToStore, ...]:
    """The entries of `feed` that are worth storing, under their keys, in the feed's order.

    Left out are entries with neither an http(s) address nor a text of their own, and repeats of a key. An entry
    without an address has an empty `url` and an `article_key` that begins with `urn:`.
    """
    read: dict[str, EntryToStore] = {}
    for entry in feed.entries:
        key = entry_key(entry)
        if key in read or not _is_usable(entry):
            continue
        read[key] = EntryToStore(
            entry_key=key,
            article_key=article_key(entry, feed.url),
            url=entry.url,
            title=entry.title,
            author=entry.author,
            summary_html=entry.summary_html,
            content_html=entry.content_html,
            published_at=entry.published_at,
            updated_at=entry.updated_at,
            content_hash=content_hash(entry),
        )
    return tuple(read.values())


def decide_entries(entries: Sequence[EntryToStore], known: Mapping[str, KnownEntry]) -> tuple[EntryToStore, ...]:
    """Those of a feed's `entries` that are new or changed: `known` lacks their key, or has another content hash."""
    return tuple(
        entry
        for entry in entries
        if (stored := known.get(entry.entry_key)) is None or stored.content_hash != entry.content_hash
    )


def suspect_hashes(
    entries: Sequence[EntryToStore], decided: Sequence[EntryToStore], known: Mapping[str, KnownEntry]
) -> tuple[str, ...]:
    """Content hashes of the new ones of a feed's `entries`, where so many are new that it may have renamed them.

    A hash that several of them share says nothing and is left out; empty where no suspicion is.
    """
    counted = Counter(entry.content_hash for entry in decided if entry.entry_key not in known)
    hashes = tuple(digest for digest, count in counted.items() if count == 1)
    return hashes if _is_rekeyed(len(hashes), entries) else ()


def rekey_entries(
    entries: Sequence[EntryToStore],
    decided: Sequence[EntryToStore],
    known: Mapping[str, KnownEntry],
    by_content: Mapping[str, ArticleId],
) -> tuple[EntryToStore, ...]:
    """`decided` with each new entry at its known article where at least 80% of `entries` are new only by their ids.

    `by_content` gives the feed's articles by the content hashes of `suspect_hashes`.
    """
    renamed = {
        entry.entry_key: by_content[entry.content_hash]
        for entry in decided
        if entry.entry_key not in known and entry.content_hash in by_content
    }
    if not _is_rekeyed(len(renamed), entries):
        return tuple(decided)
    return tuple(replace(entry, article_id=renamed.get(entry.entry_key)) for entry in decided)


def _is_rekeyed(count: int, entries: Sequence[EntryToStore]) -> bool:
    return count >= max(_MIN_REKEYED, REKEYED_SHARE * len(entries))


def _is_usable(entry: Entry) -> bool:
    if entry.url.startswith(("http://", "https://")):
        return True
    return len(html_to_text(entry.content_html or entry.summary_html).split()) >= _MIN_CONTENT_WORDS


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
