"""One poll of one feed: fetch, parse, decide what is new, record it all at once."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from nutgraf.domain.document import Document, FetchRequest, Purpose
from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import EntryToStore, FeedRecord, FeedState, PollChange, PollResult
from nutgraf.errors import FetchError, HTTPStatus, NutgrafError, StoreError
from nutgraf.pipeline import schedule
from nutgraf.pipeline.item_trail import UNTRACED, about_feed, log_poll
from nutgraf.pipeline.recording import PollRecorder
from nutgraf.pipeline.schedule import IntervalLimits
from nutgraf.pipeline.work import PARSE, ParsedFeed
from nutgraf.ports import Clock, Fetcher, StageRunner, Store, Tracing
from nutgraf.stages.identify import decide_entries, rekey_entries, suspect_hashes

PARSE_TIMEOUT_S = 20.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What one poll led to; `error` is None where it succeeded."""

    change: PollChange
    error: NutgrafError | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A poll that is decided but not stored."""

    result: PollResult
    error: NutgrafError | None = None


class FeedPoller:
    """Polls feeds; holds no state between two polls."""

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        stages: StageRunner,
        clock: Clock,
        limits_for: Callable[[str], IntervalLimits],
        tracing: Tracing = UNTRACED,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._stages = stages
        self._clock = clock
        self._limits_for = limits_for
        self._tracing = tracing
        self._recorder = PollRecorder(store)

    async def poll(self, feed: FeedRecord) -> PollOutcome:
        """Poll `feed` once and store the result; a failure is stored with its reason, and returned."""
        with about_feed(feed.id), self._tracing.span("poll"):
            with self._recorder.expecting():
                attempt = await self.attempt(feed)
            with self._tracing.span("store"):
                change = await self._recorder.record(feed.id, attempt.result)
            if attempt.error is None:
                self.tell(feed.url, attempt.result, change)
        return PollOutcome(change, attempt.error)

    def tell(self, url: str, result: PollResult, change: PollChange) -> None:
        """Say in the log and in traces what a stored poll of the feed at `url` found."""
        log_poll(url, change)
        for article_id, article_url in change.found:
            self._tracing.begin_life(article_id, result.polled_at, article_url)

    async def fail(self, feed: FeedRecord, error: NutgrafError) -> None:
        """Store a poll that was not even tried as failed, so that it waits as any other failure does."""
        await self._recorder.record(feed.id, self._failed(feed, error))

    async def attempt(self, feed: FeedRecord) -> Attempt:
        """Poll `feed` once without storing anything; `feed` may be one that is not subscribed yet.

        Raises StoreError where the database is away: not the feed's fault.
        """
        try:
            with self._tracing.span("fetch"):
                document = await self._fetcher.fetch(
                    FetchRequest(feed.url, Purpose.FEED, etag=feed.etag, last_modified=feed.last_modified)
                )
            parsed: ParsedFeed | None = None
            if not document.not_modified:
                with self._tracing.span("parse"):
                    parsed = await self._stages.run(
                        PARSE, document.body, document.final_url, document.content_type, timeout_s=PARSE_TIMEOUT_S
                    )
            return Attempt(await self._decide(feed, document, parsed))
        except NutgrafError as error:
            if isinstance(error, StoreError) and error.retryable:
                raise
            return Attempt(self._failed(feed, error), error)
        except Exception as error:  # a fault of ours must back off like any other
            log.exception("poll_broke", url=feed.url)
            message = f"Nutgraf failed on this feed ({type(error).__name__}); this is a fault of ours."
            fault = NutgrafError(message, code="internal")
            return Attempt(self._failed(feed, fault), fault)

    async def _decide(self, feed: FeedRecord, document: Document, parsed: ParsedFeed | None) -> PollResult:
        now = self._clock.now()
        limits = self._limits_of(feed)
        interval_s = schedule.interval_for(
            limits,
            entry_times=() if parsed is None else (e.published_at or e.updated_at for e in parsed.entries),
            now=now,
            previous_interval_s=feed.interval_s,
            ttl_s=None if parsed is None else parsed.feed.ttl_s,
            max_age_s=document.max_age_s,
            is_pushed=feed.pushed_until is not None and feed.pushed_until > now,
        )
        result = PollResult(
            polled_at=now,
            next_poll_at=schedule.poll_moment(now, interval_s, key=f"{feed.url} {now.isoformat()}"),
            interval_s=interval_s,
            not_modified=document.not_modified,
            etag=document.etag or (feed.etag if document.not_modified else ""),
            last_modified=document.last_modified or (feed.last_modified if document.not_modified else ""),
            moved_to=document.moved_to,
        )
        if parsed is None:
            return result
        said = parsed.feed
        return dataclasses.replace(
            result,
            title=said.title,
            site_url=said.site_url,
            language=said.language,
            parse_path=parsed.path,
            dropped_entries=said.dropped_entries,
            hub_url=said.hub_url,
            topic_url=(said.self_url or feed.url) if said.hub_url else "",
            entries=_with_believable_times(await self._decide_entries(feed, parsed.entries), now),
        )

    async def _decide_entries(self, feed: FeedRecord, entries: Sequence[EntryToStore]) -> Sequence[EntryToStore]:
        """Those that are new or changed; a feed that was never polled well has no others."""
        if feed.last_ok_at is None or not entries:
            return entries
        return await asyncio.to_thread(self._compare_with_known, feed.id, entries)

    def _compare_with_known(self, feed_id: FeedId, entries: Sequence[EntryToStore]) -> Sequence[EntryToStore]:
        known = self._store.known_entries(feed_id, [entry.entry_key for entry in entries])
        decided = decide_entries(entries, known)
        if hashes := suspect_hashes(entries, decided, known):
            return rekey_entries(entries, decided, known, self._store.articles_by_content(feed_id, hashes))
        return decided

    def _limits_of(self, feed: FeedRecord) -> IntervalLimits:
        """The limits for the feed's address, with the shortest interval that the operator chose for this feed."""
        limits = self._limits_for(feed.url)
        return limits.with_shortest(feed.min_interval_s) if feed.min_interval_s else limits

    def _failed(self, feed: FeedRecord, error: NutgrafError) -> PollResult:
        now: datetime = self._clock.now()
        is_gone = isinstance(error, HTTPStatus) and error.status == 410
        interval_s = schedule.interval_after_failure(
            self._limits_of(feed),
            failures=feed.failures + 1,
            retry_after_s=error.retry_after_s if isinstance(error, FetchError) else None,
        )
        return PollResult(
            polled_at=now,
            next_poll_at=schedule.poll_moment(now, interval_s, key=f"{feed.url} {now.isoformat()}"),
            interval_s=feed.interval_s,
            new_state=FeedState.GONE if is_gone else FeedState.ACTIVE,
            error_code=error.code,
            error_message=error.message,
        )


def _with_believable_times(entries: Sequence[EntryToStore], now: datetime) -> tuple[EntryToStore, ...]:
    times = [schedule.clamp_published(entry.published_at, now) for entry in entries]
    return tuple(
        entry if entry.published_at == time else dataclasses.replace(entry, published_at=time)
        for entry, time in zip(entries, times, strict=True)
    )
