"""Packs of well-known feeds for the first start, from data/starter_packs.toml (its head says how they are written)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from nutgraf.errors import ConfigError, Conflict
from nutgraf.pipeline.subscribing import clean_feed_address
from nutgraf.ports import Store

FILE_NAME = "starter_packs.toml"
KINDS = ("region", "topic")
MIN_FEEDS, MAX_FEEDS = 6, 10

_KEYS = {"slug", "name", "kind", "about", "feeds"}
_SLUG = re.compile(r"[a-z]+(?:-[a-z]+)*")


@dataclass(frozen=True, slots=True)
class StarterFeed:
    """A publisher's feed: its name and address."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class StarterPack:
    """Feeds to begin with; `kind` is what they have in common: `region` or `topic`."""

    slug: str
    name: str
    kind: str
    about: str
    feeds: tuple[StarterFeed, ...]


@lru_cache(maxsize=1)
def load_starter_packs() -> tuple[StarterPack, ...]:
    """The packs that come with Nutgraf, in the file's order."""
    return parse_starter_packs((resources.files("nutgraf.data") / FILE_NAME).read_bytes())


def parse_starter_packs(raw: bytes) -> tuple[StarterPack, ...]:
    """The packs in a TOML file's bytes. Raises ConfigError, naming the pack, where one is not as it should be."""
    try:
        entries = tomllib.loads(raw.decode("utf-8"))["pack"]
    except (ValueError, KeyError) as error:
        raise ConfigError(f"{FILE_NAME} cannot be read: {error}.") from error
    packs: list[StarterPack] = []
    for number, entry in enumerate(entries, 1):
        try:
            pack = _parse_pack(entry)
            _must_be_new(pack, packs)
        except (ConfigError, ValueError, TypeError, KeyError) as error:
            raise ConfigError(f"{FILE_NAME}, pack {number}: {str(error).rstrip('.')}.") from error
        packs.append(pack)
    return tuple(packs)


def subscribe_to_packs(slugs: Iterable[str], *, store: Store, now: datetime) -> int:
    """Subscribe to every feed of the packs with these slugs; they are due at once. The number of feeds that are new.

    Slugs that no pack has are passed over.
    """
    wanted = set(slugs)
    added = 0
    for pack in load_starter_packs():
        for feed in pack.feeds if pack.slug in wanted else ():
            try:
                store.add_feed(feed.url, title=feed.name, now=now)
                added += 1
            except Conflict:
                continue  # followed already
    return added


def _parse_pack(entry: Mapping[str, Any]) -> StarterPack:
    if entry.keys() != _KEYS:
        raise ValueError(f"it has the keys {', '.join(sorted(entry))}; they are {', '.join(sorted(_KEYS))}")
    slug, name, kind, about = (str(entry[key]) for key in ("slug", "name", "kind", "about"))
    if not _SLUG.fullmatch(slug) or not name or not about or kind not in KINDS:
        raise ValueError(f"slug, name, kind or about of {slug!r} is not as it should be")
    feeds = tuple(StarterFeed(str(name), str(url)) for name, url in entry["feeds"])
    if not MIN_FEEDS <= len(feeds) <= MAX_FEEDS:
        raise ValueError(f"{len(feeds)} feeds; a pack has {MIN_FEEDS} to {MAX_FEEDS}")
    for feed in feeds:
        if not feed.name or not feed.url.startswith("https://") or clean_feed_address(feed.url) != feed.url:
            raise ValueError(f"{feed.url!r} is no full https address, or has no name")
    return StarterPack(slug, name, kind, about, feeds)


def _must_be_new(pack: StarterPack, packs: list[StarterPack]) -> None:
    if pack.slug in {other.slug for other in packs}:
        raise ValueError(f"{pack.slug!r} is there already")
    urls = [feed.url for other in (*packs, pack) for feed in other.feeds]
    repeated = sorted({url for url in urls if urls.count(url) > 1})
    if repeated:
        raise ValueError(f"{repeated[0]} stands in the file twice")
