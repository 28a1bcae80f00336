"""The only place where parts are wired together: settings in, a working Nutgraf out."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from nutgraf import __version__
from nutgraf.adapters.clock import SystemClock
from nutgraf.domain.work import QUEUES
from nutgraf.errors import ConfigError
from nutgraf.model_wiring import ModelParts, make_model_parts
from nutgraf.ports import Clock, Fetcher, HostLeases, StageRunner, Store, Tracing
from nutgraf.settings import Settings

if TYPE_CHECKING:
    from nutgraf.adapters.store.engine import Database
    from nutgraf.pipeline.advancing import ArticleAdvancer
    from nutgraf.pipeline.disk_guard import DiskGuard
    from nutgraf.pipeline.performing import WorkPerformer
    from nutgraf.pipeline.pictures import PictureCollector, PictureOptions
    from nutgraf.pipeline.polling import FeedPoller
    from nutgraf.pipeline.runner import PipelineRunner
    from nutgraf.pipeline.schedule import IntervalLimits
    from nutgraf.pipeline.shared_runner import SharedRunner

    Companion = Callable[[], Coroutine[Any, Any, None]]

_MAX_DEFAULT_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that runs, with nothing started yet.

    `companions` are loops that run beside `runner`; where several processes share the work, the runner starts them
    itself in the one that is elected.
    """

    settings: Settings
    store: Store
    fetcher: Fetcher
    stages: StageRunner
    clock: Clock
    poller: FeedPoller
    advancer: ArticleAdvancer
    runner: PipelineRunner | SharedRunner
    companions: tuple[Companion, ...]
    pictures: PictureCollector
    disk: DiskGuard
    queues: tuple[str, ...]
    model: ModelParts | None
    tracing: Tracing

    @property
    def is_shared(self) -> bool:
        """Whether other processes may work on the same database."""
        return is_shared(self.settings)

    @property
    def is_scheduler(self) -> bool:
        """Whether this process puts due work in line at the moment."""
        return getattr(self.runner, "is_scheduler", True)

    async def close(self) -> None:
        """End processes and release connections; what was under way goes on at the next start."""
        await self.stages.close()
        await self.fetcher.close()
        if self.model is not None:
            await self.model.writer.close()
            if self.model.batches is not None:
                await self.model.batches.close()
        await asyncio.to_thread(self.tracing.close)
        self.store.close()


def prepare_data_dir(settings: Settings) -> Path:
    """The data folder, made where it is missing, readable by its owner only. Raises ConfigError."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "not writable")
    except OSError as error:
        raise ConfigError(
            f"The data folder {folder} cannot be used ({error.strerror}); choose another with --data.",
            code="bad_data_dir",
        ) from None
    return folder


def open_application_store(settings: Settings) -> Store:
    """The store of `settings`, its schema up to date. Raises ConfigError, StoreError."""
    from nutgraf.adapters.store import open_store

    if not settings.database.url:
        prepare_data_dir(settings)
    store: Store = open_store(settings.database_url)
    store.migrate()
    if is_shared(settings):
        from nutgraf.adapters.queue.postgres_schema import prepare_queue

        prepare_queue(settings.database_url)
    return store


def open_database(settings: Settings, url: str = "") -> Database:
    """The database of `settings` or at `url`, as it is, for copying it whole. Raises ConfigError."""
    from nutgraf.adapters.store.engine import Database

    if not (url or settings.database.url):
        prepare_data_dir(settings)
    return Database(url or settings.database_url)


def is_shared(settings: Settings) -> bool:
    """Whether the database is one that several machines can work on."""
    return settings.database.url.startswith("postgres")


def make_fetcher(
    settings: Settings, *, allow_private: tuple[str, ...] = (), leases: HostLeases | None = None
) -> Fetcher:
    """The one way out, with what `settings` and the caller allow; `leases` where other processes go out, too."""
    from nutgraf.adapters.http import FetchOptions, HttpFetcher

    fetch = settings.fetch
    contact = f" (+{fetch.contact})" if fetch.contact else " (self-hosted news reader)"
    options = FetchOptions(
        user_agent=f"Nutgraf/{__version__}{contact}",
        allow_private=(*fetch.allow_private, *allow_private),
        host_gap_s=fetch.host_gap_s,
        max_body_bytes=fetch.max_body_bytes,
        total_timeout_s=fetch.total_timeout_s,
    )
    return HttpFetcher(options, SystemClock(), leases=leases)


def build_application(
    settings: Settings,
    *,
    allow_private: tuple[str, ...] = (),
    queues: tuple[str, ...] = tuple(QUEUES),
    concurrency: int | None = None,
    in_batches: bool = False,
) -> Application:
    """Wire the pipeline. `allow_private` adds to the setting of that name (the sample press is such an addition).

    `queues` are those that this process serves where it shares the work, with `concurrency` articles at once in each
    (by default as the settings have it).
    """
    from nutgraf.adapters.queue.processes import ProcessStageRunner
    from nutgraf.pipeline.advancing import ArticleAdvancer
    from nutgraf.pipeline.disk_guard import DiskGuard
    from nutgraf.pipeline.hubs import HubSubscriber
    from nutgraf.pipeline.naming import NameCatcher
    from nutgraf.pipeline.performing import WorkPerformer
    from nutgraf.pipeline.pictures import PictureCollector
    from nutgraf.pipeline.polling import FeedPoller
    from nutgraf.pipeline.retention import Cleaner, RetentionOptions
    from nutgraf.pipeline.work import TASKS
    from nutgraf.stages.tag import load_taxonomy

    if settings.topics.taxonomy is not None:
        load_taxonomy(settings.topics.taxonomy)  # a mistake in it is told now, not article by article
    store = open_application_store(settings)
    clock = SystemClock()
    fetcher = make_fetcher(settings, allow_private=allow_private, leases=_host_leases(settings))
    stages = ProcessStageRunner(
        TASKS, workers=worker_count(settings), memory_limit_bytes=settings.work.process_memory_bytes
    )
    tracing = make_tracing(settings)
    poller = FeedPoller(
        store=store,
        fetcher=fetcher,
        stages=stages,
        clock=clock,
        limits_for=_interval_limits(settings, allow_private),
        tracing=tracing,
    )
    model = make_model_parts(settings, store=store, stages=stages, clock=clock, in_batches=in_batches)
    advancer = ArticleAdvancer(
        store=store,
        fetcher=fetcher,
        stages=stages,
        clock=clock,
        taxonomy_path=str(settings.topics.taxonomy or ""),
        model=model.writer if model else None,
        model_use=model.use if model else None,
        waits_for_model=settings.writing.wait_for_model,
        tracing=tracing,
    )
    disk = DiskGuard(
        free_bytes=lambda: shutil.disk_usage(data_disk(settings)).free,
        min_free_bytes=settings.work.min_free_bytes,
        clock=clock,
    )
    performer = WorkPerformer(store=store, poller=poller, advancer=advancer, clock=clock)
    hubs = HubSubscriber(store=store, fetcher=fetcher, clock=clock, public_url=settings.server.public_url)
    names = NameCatcher(store=store, stages=stages, clock=clock)
    retention = settings.retention
    cleaner = Cleaner(store=store, clock=clock, options=RetentionOptions(retention.keep_days, retention.old_text_days))
    pictures = PictureCollector(
        store=store,
        fetcher=fetcher,
        stages=stages,
        clock=clock,
        options=_picture_options(settings),
        may_fetch=disk.allows_fetching,
    )
    companions: tuple[Companion, ...] = (
        pictures.run_forever,
        hubs.run_forever,
        cleaner.run_forever,
        names.run_forever,
    )
    if model is not None:
        companions = (*companions, model.granter.run_forever)
        if model.batches is not None:
            companions = (*companions, model.batches.run_forever)
    runner: PipelineRunner | SharedRunner
    if is_shared(settings):
        runner = _shared_runner(settings, performer, store, clock, disk, companions, queues, concurrency)
        companions = ()
    else:
        runner = _own_runner(settings, performer, store, clock, disk)
    return Application(
        settings=settings,
        store=store,
        fetcher=fetcher,
        stages=stages,
        clock=clock,
        poller=poller,
        advancer=advancer,
        runner=runner,
        companions=companions,
        pictures=pictures,
        disk=disk,
        queues=queues,
        model=model,
        tracing=tracing,
    )


def make_tracing(settings: Settings) -> Tracing:
    """Where traces go, with nothing imported where they go nowhere. Raises ConfigError."""
    from nutgraf.pipeline.item_trail import UNTRACED

    if not settings.traces.url:
        return UNTRACED
    try:
        from nutgraf.adapters.traces import OtlpTracing
    except ModuleNotFoundError as error:
        message = f"The package {error.name} that sends traces is missing; install nutgraf[traces]."
        raise ConfigError(message, code="no_traces_package") from None
    return OtlpTracing(settings.traces.url, share=settings.traces.share, version=__version__)


def _host_leases(settings: Settings) -> HostLeases | None:
    if not is_shared(settings):
        return None
    from nutgraf.adapters.queue.host_leases import PostgresHostLeases

    return PostgresHostLeases(settings.database_url, longest_request_s=settings.fetch.total_timeout_s)


def _own_runner(
    settings: Settings, performer: WorkPerformer, store: Store, clock: Clock, disk: DiskGuard
) -> PipelineRunner:
    from nutgraf.pipeline.runner import PipelineRunner, RunnerOptions

    options = RunnerOptions(max_feeds=settings.work.max_feeds, max_articles=settings.work.max_articles)
    return PipelineRunner(store=store, performer=performer, clock=clock, options=options, disk=disk)


def _shared_runner(
    settings: Settings,
    performer: WorkPerformer,
    store: Store,
    clock: Clock,
    disk: DiskGuard,
    companions: tuple[Companion, ...],
    queues: tuple[str, ...],
    concurrency: int | None,
) -> SharedRunner:
    from nutgraf.adapters.queue.postgres_queue import ProcrastinateQueue
    from nutgraf.pipeline.scheduler import SchedulerOptions, WorkScheduler
    from nutgraf.pipeline.shared_runner import SharedOptions, SharedRunner

    queue = ProcrastinateQueue(settings.database_url, lost_after_s=settings.work.lost_after_s)
    pace = SchedulerOptions(max_lag=settings.work.max_lag)
    scheduler = WorkScheduler(store=store, queue=queue, clock=clock, options=pace, may_fetch=disk.allows_fetching)
    work = settings.work
    options = SharedOptions(queues=queues, max_feeds=work.max_feeds, max_articles=concurrency or work.max_articles)
    return SharedRunner(
        store=store,
        queue=queue,
        performer=performer,
        scheduler=scheduler,
        clock=clock,
        options=options,
        pace=pace,
        companions=companions,
    )


def _picture_options(settings: Settings) -> PictureOptions:
    from nutgraf.domain.picture import PictureKind
    from nutgraf.pipeline.pictures import PictureOptions

    wanted = {PictureKind.ICON: settings.pictures.icons, PictureKind.LEAD: settings.pictures.lead}
    return PictureOptions(
        kinds=tuple(kind for kind, is_wanted in wanted.items() if is_wanted),
        max_total_bytes=settings.pictures.max_total_bytes,
    )


def data_disk(settings: Settings) -> Path:
    """A folder on the disk that fills up: that of the SQLite file, else the data folder (or what is there of it)."""
    path = settings.data_dir
    if settings.database.url.startswith("sqlite:///"):
        path = Path(settings.database.url.removeprefix("sqlite:///")).parent
    return next((folder for folder in (path, *path.parents) if folder.exists()), Path("/"))


def worker_count(settings: Settings) -> int:
    """Processes for the CPU-bound stages: as set, else one for each core, at most four."""
    return settings.work.processes or min(os.cpu_count() or 1, _MAX_DEFAULT_PROCESSES)


def _interval_limits(settings: Settings, allow_private: tuple[str, ...]) -> Callable[[str], IntervalLimits]:
    """Limits by feed address: the operator's own networks are polled at a pace of their own."""
    from nutgraf.adapters.http.addresses import AddressPolicy, parse_allowed_endpoint
    from nutgraf.pipeline.schedule import IntervalLimits

    schedule = settings.schedule
    policy = AddressPolicy(map(parse_allowed_endpoint, (*settings.fetch.allow_private, *allow_private)))
    world = IntervalLimits(schedule.min_interval_s, schedule.max_interval_s)
    own = IntervalLimits(schedule.own_interval_s, schedule.own_interval_s)

    def limits_for(url: str) -> IntervalLimits:
        parts = urlsplit(url)
        return own if policy.is_private(parts.hostname or "", parts.port or 80) else world

    return limits_for


def configure_logging(settings: Settings) -> None:
    """Structured logs on standard error: for people on a terminal, or as JSON lines."""
    from nutgraf.adapters.log_output import configure_log

    configure_log(level_name=settings.log.level, as_json=settings.log.format == "json")
