"""What the site needs from the rest of Nutgraf; `bootstrap` fills it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from nutgraf.domain.budgets import Budgets
from nutgraf.domain.desk import DiskState, LogEntry, SettingValue, WorkReport
from nutgraf.domain.records import FeedRecord
from nutgraf.domain.spending import ModelPolicy
from nutgraf.domain.topic import Topic
from nutgraf.ports import Clock, Store

if TYPE_CHECKING:
    from nutgraf.pipeline.correcting import Desk
    from nutgraf.pipeline.subscribing import OpmlImport

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names under which a browser on this machine reaches a server on loopback."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The language model that is set, as the site speaks of it.

    `price` gives millionths of a US dollar for tokens in and out, None where nobody knows. `price_source` is own, table
    or unknown, `price_date` the table's. `wake` tells that a brief waits for the model.
    """

    name: str
    policy: ModelPolicy
    budgets: Budgets
    price: Callable[[int, int], int | None]
    price_source: str
    wake: Callable[[], object]
    price_date: date | None = None
    zone_name: str = "UTC"


@dataclass(frozen=True, slots=True)
class WebServices:
    """Everything a page may use.

    `topics` is the whole taxonomy by slug. `subscribe` takes an address as a reader typed it, subscribes and polls
    once; the record says whether that failed. It raises ConfigError (not an address), Conflict (subscribed already)
    and ParseError with `feed_links` (a web page that declares feeds). `import_opml` takes the file's bytes and
    raises ParseError where they are not OPML; it does not poll. `wake` tells the pipeline that something is due.
    `progress` says in a few words what the pipeline does now, empty when it rests. `allowed_hosts` are host names,
    without port, under which the site may be reached beside loopback's own; `*` allows any, for a server behind a
    proxy that checks. `desk` decides on reports. `needs_login`: readers sign in; else whoever reaches the site is
    its operator. `public_url` is where readers reach the site (scheme and host), for links that are sent to them;
    empty: as the request came. `sample_url` is where the sample press is served, empty where it never was: what
    comes from there is marked. `work`, `disk`, `recent_log` (the latest first) and `settings` are what the operator is
    shown of this process. `shows_icons` and `shows_lead_pictures` are the operator's choice. `model` is None where the
    built-in writer writes alone.
    """

    store: Store
    clock: Clock
    topics: Mapping[str, Topic]
    subscribe: Callable[[str], Awaitable[FeedRecord]]
    import_opml: Callable[[bytes], Awaitable[OpmlImport]]
    export_opml: Callable[[], bytes]
    wake: Callable[[], object]
    desk: Desk
    progress: Callable[[], str]
    version: str
    work: Callable[[], WorkReport]
    disk: Callable[[], DiskState]
    recent_log: Callable[[], Sequence[LogEntry]]
    settings: Callable[[], Sequence[SettingValue]]
    sample_url: str = ""
    shows_icons: bool = True
    shows_lead_pictures: bool = True
    allowed_hosts: frozenset[str] = frozenset()
    needs_login: bool = False
    public_url: str = ""
    model: ModelFacts | None = None
