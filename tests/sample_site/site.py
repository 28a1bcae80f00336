"""The real site over a real store, with feeds in every state of health."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette

from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.http import FetchOptions, HttpFetcher
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import open_store
from nutgraf.domain.desk import DiskState, LogEntry, WorkReport
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.records import ArticleState, FeedRecord, FeedState
from nutgraf.domain.reports import FaultKind, NewReport
from nutgraf.domain.topic import Topic
from nutgraf.pipeline.correcting import Desk
from nutgraf.pipeline.work import TASKS
from nutgraf.ports import Store
from nutgraf.settings import describe_settings, load_settings
from nutgraf.web.app import create_app
from nutgraf.web.services import ModelFacts, WebServices
from sample_site.articles import COLUMN, FERRIES, LIBRARY, TREMOR, TURBINES, WELLS, Sample, notice
from sample_site.seeding import TOPICS, fail_poll, poll, publish, subscribe

NOW = datetime(2031, 3, 4, 9, 30, tzinfo=UTC)
NOTICES = 22
BROWSER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


DISK = DiskState(62_000_000_000, 500_000_000, is_low=False)
LOGGED = (
    LogEntry(NOW - timedelta(minutes=3), "error", "step_broke", (("article", "https://kestrel.example/gallery"),)),
    LogEntry(
        NOW - timedelta(minutes=9),
        "warning",
        "poll_failed",
        (("feed", "https://slow.example/feed"), ("code", "timeout"), ("error", "The server did not answer.")),
    ),
)


class StillClock:
    """A clock that stands at NOW until it is moved, so that ages on the page are known."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        """The moment it stands at."""
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Move on by `seconds` at once."""
        self.moment += timedelta(seconds=seconds)


@dataclass
class SampleSite:
    """The application with what tests look at; `progress` may be set, `wakes` counts."""

    app: Starlette
    store: Store
    clock: StillClock
    ids: dict[str, ArticleId]
    progress: str = ""
    disk: DiskState = DISK
    logged: Sequence[LogEntry] = LOGGED
    wakes: int = 0
    model_wakes: int = 0

    def path_of(self, sample: Sample) -> str:
        """The address of the sample's brief."""
        return f"/brief/{self.ids[sample.url]}"


def make_sample_site(
    folder: Path,
    *,
    is_filled: bool = True,
    sample_url: str = "",
    needs_login: bool = False,
    model: ModelFacts | None = None,
    topics: Mapping[str, Topic] = TOPICS,
) -> SampleSite:
    """A site over a new SQLite database in `folder`; the caller closes its store."""
    database, ids = _prepared_database(is_filled)
    (folder / "nutgraf.db").write_bytes(database)
    store = open_store(f"sqlite:///{folder / 'nutgraf.db'}")
    clock = StillClock()
    site = SampleSite(app=Starlette(), store=store, clock=clock, ids=ids)

    def wake() -> None:
        site.wakes += 1

    def wake_model() -> None:
        site.model_wakes += 1

    site.app = create_app(
        WebServices(
            store=store,
            clock=clock,
            topics=topics,
            subscribe=lambda address: _subscribe(address, store),
            import_opml=lambda data: _import_opml(data, store),
            export_opml=lambda: _export_opml(store),
            wake=wake,
            desk=Desk(store=store, stages=InlineStageRunner(TASKS), clock=clock),
            progress=lambda: site.progress,
            version="0.1.0",
            work=lambda: WorkReport(NOW - timedelta(hours=2), 0, 0, {"polled": 14, "published": 30, "quarantined": 1}),
            disk=lambda: site.disk,
            recent_log=lambda: site.logged,
            settings=lambda: describe_settings(load_settings(data_dir=folder)),
            sample_url=sample_url,
            allowed_hosts=frozenset({"testserver"}),
            needs_login=needs_login,
            model=model and dataclasses.replace(model, wake=wake_model),
        )
    )
    return site


@functools.cache
def _prepared_database(is_filled: bool) -> tuple[bytes, dict[str, ArticleId]]:
    """A database to copy, because filling one takes most of a second."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "nutgraf.db")
        store = open_store(f"sqlite:///{file}")
        store.migrate()
        ids = fill(store) if is_filled else {}
        store.close()
        return file.read_bytes(), ids


def fill(store: Store) -> dict[str, ArticleId]:
    """Briefs of every kind, and feeds that do well, fail, are gone, paused or waiting."""
    earlier = NOW - timedelta(minutes=20)
    kestrel = subscribe(store, "https://kestrel.example/feed.xml", "The Kestrel", now=earlier)
    poll(store, kestrel.id, (FERRIES, TURBINES, COLUMN, LIBRARY), now=earlier)
    port = subscribe(store, "https://sahifa.example/rss", "صحيفة الميناء", now=earlier)
    poll(store, port.id, (WELLS, TREMOR), now=earlier)
    for url, title, code, message in (
        ("https://gone.example/atom.xml", "Gone Gazette", "http_410", "The publisher says that this is gone for good."),
        ("https://slow.example/feed", "Slow Times", "timeout", "The server did not answer within 30 seconds."),
        ("https://broken.example/feed", "", "not_a_feed", "This is neither RSS, Atom nor JSON Feed."),
    ):
        feed = subscribe(store, url, title, now=earlier)
        fail_poll(store, feed.id, code, message, now=earlier)
    paused = subscribe(store, "https://quiet.example/feed.json", "Quiet Quarterly", now=earlier)
    store.set_feed_state(paused.id, FeedState.PAUSED)
    subscribe(store, "https://new.example/index.rdf", "Brand New", now=NOW)

    ids = {sample.url: publish(store, sample, now=earlier) for sample in (WELLS, TREMOR, LIBRARY, COLUMN)}
    ids[FERRIES.url] = publish(store, FERRIES, now=earlier)
    ids[TURBINES.url] = publish(store, TURBINES, now=earlier)
    poll(store, kestrel.id, (TURBINES,), now=NOW, change="corrected")
    publish(store, TURBINES, now=NOW - timedelta(minutes=4), corrected=True)
    copies = (("Harbour Post", "https://harbour.example/copy"), ("Northside Ledger", "https://northside.example/copy"))
    for publisher, url in copies:
        copy = Sample(url, publisher, FERRIES.title, FERRIES.paragraphs, None, (), minutes_old=30)
        publish(store, copy, now=earlier, copy_of=ids[FERRIES.url])
    for number in range(NOTICES):
        publish(store, notice(number), now=earlier)
    _set_aside(store, kestrel)
    _report(store, ids[COLUMN.url])
    return ids


def _report(store: Store, article_id: ArticleId) -> None:
    """A reader's report of the first sentence of a brief, decided on already: no test finds the desk busy."""
    brief_id = store.brief_page(article_id, reader_id=DEFAULT_READER).card.brief_id
    report = NewReport(article_id, brief_id, 0, FaultKind.MISLEADING, "This is the writer's opinion, not a fact.")
    report_id = store.file_report(report, reader_id=DEFAULT_READER, now=NOW - timedelta(minutes=9))
    store.dismiss_report(report_id, note="The page says that it is an opinion.", now=NOW - timedelta(minutes=8))


def _set_aside(store: Store, feed: FeedRecord) -> None:
    gallery = Sample("https://kestrel.example/gallery", "", "Pictures of the week", ((),), None, ())
    poll(store, feed.id, (gallery,), now=NOW - timedelta(minutes=10), change="gallery")
    due = store.due_articles([ArticleState.FOUND], now=NOW, limit=5)
    article = next(article for article in due if article.url == gallery.url)
    store.quarantine(article.id, error_code="no_article", error_message="No article was found in the page.", now=NOW)


async def _subscribe(address: str, store: Store) -> FeedRecord:
    from nutgraf.pipeline.polling import FeedPoller
    from nutgraf.pipeline.schedule import IntervalLimits
    from nutgraf.pipeline.subscribing import subscribe as subscribe_address
    from nutgraf.pipeline.work import TASKS

    clock = SystemClock()
    port = re.search(r"^http://127\.0\.0\.1:(\d+)(?:/|$)", address)
    own_publisher = (f"127.0.0.1/32:{port[1]}",) if port else ()
    fetcher = HttpFetcher(FetchOptions(allow_private=own_publisher, host_gap_s=0.001), clock)
    stages = InlineStageRunner(TASKS)
    limits = IntervalLimits(60, 3600)
    poller = FeedPoller(store=store, fetcher=fetcher, stages=stages, clock=clock, limits_for=lambda url: limits)
    try:
        return await subscribe_address(address, store=store, poller=poller, clock=clock)
    finally:
        await stages.close()
        await fetcher.close()


async def _import_opml(data: bytes, store: Store) -> object:
    from nutgraf.pipeline.subscribing import import_opml

    return await asyncio.to_thread(import_opml, data, store=store, now=NOW)


def _export_opml(store: Store) -> bytes:
    from nutgraf.outputs.opml import Subscription, format_opml

    return format_opml(Subscription(f.title, f.url, f.site_url, f.category) for f in store.list_feeds())
