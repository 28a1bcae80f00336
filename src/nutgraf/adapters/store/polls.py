"""Storing polls of feeds: the schedule, and what their entries change among the articles (FeedStore.record_polls)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Update, bindparam, case, exists, func, select, update

from nutgraf.adapters.store.announcing import Announced, join, refresh, rekey, take_in_articles
from nutgraf.adapters.store.bulk import BulkInsert
from nutgraf.adapters.store.columns import bounded_key
from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import Repository
from nutgraf.adapters.store.feeds import MAX_URL_CHARACTERS, load_known_entries, no_feed
from nutgraf.adapters.store.folding import fold_feed
from nutgraf.adapters.store.tables import entries, feeds
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import ArticleState, EntryToStore, FeedState, PollChange, PollResult, PollSign
from nutgraf.errors import StoreError

KEPT_OUTCOMES = 24

_SCHEDULE = {
    "last_poll_at": bindparam("polled_at"),
    "next_poll_at": bindparam("due"),
    "interval_s": bindparam("interval"),
    "outcomes": case(
        (func.length(feeds.c.outcomes) < KEPT_OUTCOMES, feeds.c.outcomes), else_=func.substr(feeds.c.outcomes, 2)
    )
    + bindparam("sign"),
    # A poll may find that a feed is gone; that one went well does not undo a pause made meanwhile.
    "state": case((bindparam("new_state") == FeedState.ACTIVE.value, feeds.c.state), else_=bindparam("new_state")),
}
_SUCCESS = {
    **_SCHEDULE,
    "last_ok_at": bindparam("polled_at"),
    "failures": 0,
    "error_code": "",
    "error_message": "",
}


def _unless_empty(column: str) -> Any:
    """The new value, or the stored one where the publisher said nothing."""
    return func.coalesce(func.nullif(bindparam(f"new_{column}"), ""), feeds.c[column])


_SAID = (
    "etag", "last_modified", "title", "site_url", "language", "parse_path", "dropped_entries", "hub_url", "topic_url",
)  # fmt: skip
"""What a poll that brought a document says of its feed, by the names of PollResult and of the columns."""

_CHOSEN = update(feeds).where(feeds.c.id == bindparam("feed_id"))
_RECORD_FAILURE = _CHOSEN.values(
    **_SCHEDULE,
    failures=feeds.c.failures + 1,
    error_code=bindparam("new_error_code"),
    error_message=bindparam("new_error_message"),
)
_RECORD_UNCHANGED = _CHOSEN.values(**_SUCCESS, etag=_unless_empty("etag"), last_modified=_unless_empty("last_modified"))
_RECORD_ENTRIES = _CHOSEN.values(
    **_SUCCESS,
    etag=bindparam("new_etag"),
    last_modified=bindparam("new_last_modified"),
    title=_unless_empty("title"),
    site_url=_unless_empty("site_url"),
    language=_unless_empty("language"),
    parse_path=bindparam("new_parse_path"),
    dropped_entries=bindparam("new_dropped_entries"),
    hub_url=bindparam("new_hub_url"),
    topic_url=bindparam("new_topic_url"),
)
_COUNT_ARTICLES = _CHOSEN.values(
    article_count=feeds.c.article_count + bindparam("more"),
    last_new_at=func.coalesce(bindparam("found_at", type_=feeds.c.last_new_at.type), feeds.c.last_new_at),
)


_HAVE_ENTRIES = select(feeds.c.id).where(
    feeds.c.id.in_(bindparam("feed_ids", expanding=True)), exists().where(entries.c.feed_id == feeds.c.id)
)
_PRESENT = select(feeds.c.id).where(feeds.c.id.in_(bindparam("feed_ids", expanding=True)))
_INSERT_ENTRIES = BulkInsert(entries, "feed_id", "entry_key", "article_id", "content_hash", ignores_conflicts=True)

Poll = tuple[FeedId, PollResult]


class SqlPolls(Repository):
    """Polls, as rows of `feeds`, `entries`, `articles` and `announcements`."""

    def record_poll(self, feed_id: FeedId, result: PollResult) -> PollChange:
        """Store a poll in one transaction: schedule, validators, new and changed entries with their articles.

        The title, site and language that the publisher gives replace the stored ones. Raises NotFound.
        """
        (outcome,) = self.record_polls([(feed_id, result)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def record_polls(self, polls: Sequence[Poll]) -> list[PollChange | Exception]:
        """Store polls of different feeds in one transaction; where that fails, each in one of its own.

        Each is stored whole or not at all. In the order of `polls`: what storing one changed, or why it is not stored.
        """
        outcomes = self._record_together([poll for poll in polls if not poll[1].moved_to])
        for poll in polls:
            if poll[1].moved_to:  # it may end its feed for the good of another one, perhaps of these
                outcomes |= self._record_together([poll])
        return [outcomes[feed_id] for feed_id, _ in polls]

    def _record_together(self, polls: Sequence[Poll]) -> dict[FeedId, PollChange | Exception]:
        if not polls:
            return {}
        try:
            return self._database.write(lambda connection: _record(connection, polls))
        except Exception as error:
            # What the whole database suffers from would only be suffered again for each of them.
            if len(polls) == 1 or (isinstance(error, StoreError) and error.retryable):
                return {feed_id: error for feed_id, _ in polls}
        return {feed_id: outcome for poll in polls for feed_id, outcome in self._record_together([poll]).items()}


def _record(connection: Connection, polls: Sequence[Poll]) -> dict[FeedId, PollChange | Exception]:
    stays = _update_feeds(connection, polls)
    brought = {
        feed_id: _Brought(stays[feed_id], result)
        for feed_id, result in polls
        if result.entries and feed_id in stays and not (result.error_code or result.not_modified)
    }
    if brought:
        _store_entries(connection, list(brought.values()))
    outcomes: dict[FeedId, PollChange | Exception] = {feed_id: no_feed(feed_id) for feed_id, _ in polls}
    outcomes |= dict.fromkeys(stays, PollChange())
    return outcomes | {feed_id: one.change for feed_id, one in brought.items()}


def _update_feeds(connection: Connection, polls: Sequence[Poll]) -> dict[FeedId, FeedId]:
    """Store all but the entries; the feed that each poll's entries belong to now, of feeds that are there."""
    rows: dict[Update, list[dict[str, Any]]] = {}
    for feed_id, result in sorted(polls, key=lambda poll: poll[0]):  # one order for all transactions
        statement, values = _schedule_row(feed_id, result)
        rows.setdefault(statement, []).append(values)
    updated = sum(connection.execute(statement, values).rowcount for statement, values in rows.items())
    stays = {feed_id: feed_id for feed_id, _ in polls}
    if updated < len(polls):
        present = set(connection.execute(_PRESENT, {"feed_ids": sorted(stays)}).scalars())
        stays = {feed_id: feed_id for feed_id in stays if feed_id in present}
    for feed_id, result in polls:
        if result.moved_to and not result.error_code and feed_id in stays:
            stays[feed_id] = _move(connection, feed_id, result.moved_to)
    return stays


def _schedule_row(feed_id: FeedId, result: PollResult) -> tuple[Update, dict[str, Any]]:
    values = {
        "feed_id": feed_id,
        "polled_at": result.polled_at,
        "due": result.next_poll_at,
        "interval": result.interval_s,
        "new_state": result.new_state.value,
        "sign": _sign(result).value,
    }
    if result.error_code:
        values |= {"new_error_code": result.error_code, "new_error_message": result.error_message}
        return _RECORD_FAILURE, values
    if result.not_modified:
        values |= {"new_etag": result.etag, "new_last_modified": result.last_modified}
        return _RECORD_UNCHANGED, values
    for name in _SAID:
        values[f"new_{name}"] = getattr(result, name)
    return _RECORD_ENTRIES, values


def _sign(result: PollResult) -> PollSign:
    if result.error_code:
        return PollSign.FAILED
    return PollSign.NEWS if result.entries else PollSign.NOTHING


def _move(connection: Connection, feed_id: FeedId, url: str) -> FeedId:
    """Give a feed its new address, or make it one with the feed that is there; returns the feed that stays."""
    if len(url) > MAX_URL_CHARACTERS:
        return feed_id
    if connection.execute(select(feeds.c.id).where(feeds.c.url == url)).first() is not None:
        return fold_feed(connection, feed_id, url)
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(url=url))
    return feed_id


class _Brought:
    """What one poll brought, by stored key: `new` and `changed` entries once they are told from those known.

    `found` are addresses of the articles among them that no feed had.
    """

    def __init__(self, feed_id: FeedId, result: PollResult) -> None:
        self.feed_id = feed_id
        self.now: datetime = result.polled_at
        self.new: dict[str, EntryToStore] = {}
        for entry in result.entries:
            self.new.setdefault(bounded_key(entry.entry_key), entry)
        self.changed: dict[ArticleId, tuple[str, EntryToStore]] = {}
        self.found: dict[ArticleId, str] = {}
        self.change = PollChange()

    def set_known_apart(self, connection: Connection) -> None:
        known = load_known_entries(connection, self.feed_id, list(self.new))
        for key, stored in known.items():
            entry = self.new.pop(key)
            if stored.content_hash != entry.content_hash:
                self.changed[stored.article_id] = (key, entry)


def _store_entries(connection: Connection, brought: Sequence[_Brought]) -> None:
    feed_ids = sorted(one.feed_id for one in brought)
    have_entries = set(connection.execute(_HAVE_ENTRIES, {"feed_ids": feed_ids}).scalars())
    for one in brought:
        if one.feed_id in have_entries:
            one.set_known_apart(connection)
    with_new = [one for one in brought if one.new]
    if with_new:
        _add_entries(connection, with_new)
    tally = Tally()
    if total := sum(len(one.found) for one in with_new):
        tally.move(None, ArticleState.FOUND, total)
    for one in brought:
        if one.changed:
            refresh(connection, one.feed_id, one.changed, now=one.now, tally=tally)
        found, changed = tuple(one.found.items()), tuple(one.changed)
        one.change = PollChange(len(found), len(changed), found=found, announced_again=changed)
    tally.apply(connection)


def _add_entries(connection: Connection, brought: Sequence[_Brought]) -> None:
    """Store entries that their feeds did not have, with the articles that no feed had (`found`)."""
    unknown = [
        Announced(entry, one.feed_id, one.now)
        for one in brought
        for entry in one.new.values()
        if entry.article_id is None
    ]
    taken_in = take_in_articles(connection, unknown)
    owners = {taken_in.ids[key]: feed_id for key, feed_id in taken_in.new.items()}
    rows: list[tuple[FeedId, str, ArticleId, str]] = []
    counts = []
    for one in brought:
        article_ids = [entry.article_id or taken_in.ids[bounded_key(entry.article_key)] for entry in one.new.values()]
        announced = set(article_ids)
        one.found = {
            article_id: entry.url
            for entry, article_id in zip(one.new.values(), article_ids, strict=True)
            if owners.get(article_id) == one.feed_id
        }
        others = sorted(number for number in announced if owners.get(number) != one.feed_id)
        repeated = join(connection, one.feed_id, others) if others else set()
        if renamed := [entry for entry in one.new.values() if entry.article_id is not None]:
            rekey(connection, one.feed_id, renamed)
        rows += [
            (one.feed_id, key, article_id, entry.content_hash)
            for (key, entry), article_id in zip(one.new.items(), article_ids, strict=True)
        ]
        found_at = one.now if len(others) < len(announced) else None
        counts.append({"feed_id": one.feed_id, "more": len(announced) - len(repeated), "found_at": found_at})
    _INSERT_ENTRIES.execute(connection, *zip(*rows, strict=True))
    connection.execute(_COUNT_ARTICLES, counts)
