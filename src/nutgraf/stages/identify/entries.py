"""Which entries of a feed are new or changed, and under which keys they are stored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from nutgraf.domain.feed import Entry, Feed
from nutgraf.domain.records import EntryToStore, KnownEntry
from nutgraf.text.addresses import normalise_address
from nutgraf.text.sanitise import html_to_text

MAX_KEY_CHARS = 500
_MIN_CONTENT_WORDS = 20
"""An entry without an address is worth keeping only where it brings a text of its own."""


def entry_key(entry: Entry) -> str:
    """The key of an entry within its feed: its id, or a hash of an id too long to be one."""
    identity = entry.id.strip()
    return identity if len(identity) <= MAX_KEY_CHARS else f"sha256:{_sha256(identity)}"


def content_hash(entry: Entry) -> str:
    """SHA-256 in hex of what a reader sees of the entry: title, summary, content, and the updated time."""
    updated_at = entry.updated_at.isoformat() if entry.updated_at else ""
    return _sha256(entry.title, entry.summary_html, entry.content_html, updated_at)


def article_key(entry: Entry, feed_url: str) -> str:
    """The key of an entry's article through any feed: its normalised address.

    An entry without an address is known by its feed and id alone, as `urn:nutgraf:entry:` and a SHA-256.
    """
    if entry.url:
        key = normalise_address(entry.url)
        return key if len(key) <= MAX_KEY_CHARS else f"sha256:{_sha256(key)}"
    return f"urn:nutgraf:entry:{_sha256(normalise_address(feed_url), entry_key(entry))}"


def decide_entries(feed: Feed, known: Mapping[str, KnownEntry]) -> tuple[EntryToStore, ...]:
    """The entries of `feed` to store: those that `known` (by entry key) lacks or holds with another content hash.

    Left out are entries with neither an http(s) address nor a text of their own, and repeats of a key. An entry
    without an address has an empty `url` and an `article_key` that begins with `urn:`.
    """
    decided: dict[str, EntryToStore] = {}
    for entry in feed.entries:
        key = entry_key(entry)
        if key in decided or not _is_usable(entry):
            continue
        digest = content_hash(entry)
        stored = known.get(key)
        if stored is not None and stored.content_hash == digest:
            continue
        decided[key] = EntryToStore(
            entry_key=key,
            article_key=article_key(entry, feed.url),
            url=entry.url,
            title=entry.title,
            author=entry.author,
            summary_html=entry.summary_html,
            content_html=entry.content_html,
            published_at=entry.published_at,
            updated_at=entry.updated_at,
            content_hash=digest,
        )
    return tuple(decided.values())


def _is_usable(entry: Entry) -> bool:
    if entry.url.startswith(("http://", "https://")):
        return True
    return len(html_to_text(entry.content_html or entry.summary_html).split()) >= _MIN_CONTENT_WORDS


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
