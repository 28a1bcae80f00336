"""The only place where parts are wired together: settings in, a working Nutgraf out."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable, Coroutine, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from nutgraf import __version__
from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.recent_log import RECENT_LOG
from nutgraf.domain.work import QUEUES
from nutgraf.errors import ConfigError
from nutgraf.ports import Clock, Fetcher, HostLeases, LanguageModel, StageRunner, Store
from nutgraf.settings import ModelSettings, Settings

if TYPE_CHECKING:
    from nutgraf.adapters.llm.opening import Meter
    from nutgraf.adapters.llm.options import ModelOptions
    from nutgraf.adapters.llm.prices import Prices
    from nutgraf.adapters.store.engine import Database
    from nutgraf.domain.budgets import Budgets
    from nutgraf.pipeline.advancing import ArticleAdvancer
    from nutgraf.pipeline.disk_guard import DiskGuard
    from nutgraf.pipeline.model_use import ModelUse, WishGranter
    from nutgraf.pipeline.model_writing import ModelWriter
    from nutgraf.pipeline.performing import WorkPerformer
    from nutgraf.pipeline.pictures import PictureCollector, PictureOptions
    from nutgraf.pipeline.polling import FeedPoller
    from nutgraf.pipeline.runner import PipelineRunner
    from nutgraf.pipeline.schedule import IntervalLimits
    from nutgraf.pipeline.shared_runner import SharedRunner

    Companion = Callable[[], Coroutine[Any, Any, None]]

_MAX_DEFAULT_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class ModelParts:
    """A language model as the pipeline and the site use it: who writes, for whom and when, and what it costs."""

    writer: ModelWriter
    use: ModelUse
    granter: WishGranter
    budgets: Budgets
    prices: Prices


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
    model: ModelParts | None = None

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
    return settings.database_url.startswith("postgres")


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


def make_language_model(
    settings: Settings, clock: Clock, *, meter: Meter = lambda model: model
) -> LanguageModel | None:
    """The model of `settings` with its backup behind it, None where none is set; nothing is reached yet.

    `meter` wraps what sends requests: every call that passes it is one request. Raises ConfigError.
    """
    if not settings.model.is_set:
        return None
    try:
        from nutgraf.adapters.llm.opening import open_language_model

        wanted = [model for model in (settings.model, settings.backup_model) if model.is_set]
        return open_language_model([model_options(model) for model in wanted], clock, meter=meter)
    except ModuleNotFoundError as error:
        message = f"The package {error.name} that asks language models is missing; install nutgraf[llm]."
        raise ConfigError(message, code="no_model_package") from None


def make_model_writer(
    settings: Settings,
    stages: StageRunner,
    *,
    meter: Meter = lambda model: model,
    keep: Meter = lambda model: model,
) -> ModelWriter | None:
    """The writer that asks the model of `settings`, None where none is set. Raises ConfigError.

    `meter` wraps what sends requests, `keep` the whole.
    """
    from nutgraf.domain.writing_style import WritingStyle
    from nutgraf.pipeline.model_writing import ModelWriter

    model = make_language_model(settings, SystemClock(), meter=meter)
    if model is None:
        return None
    writing = settings.writing
    style = WritingStyle(writing.language, writing.tone, writing.length)
    return ModelWriter(model=keep(model), stages=stages, style=style)


def model_options(model: ModelSettings) -> ModelOptions:
    """What a model's adapter is told; its key is read here. Raises ConfigError."""
    from nutgraf.adapters.llm.options import ModelOptions
    from nutgraf.domain.model import SchemaMode

    return ModelOptions(
        provider=model.provider_name,
        url=model.host_url,
        name=model.name,
        key=model.read_key().get_secret_value(),
        schema_mode=None if model.schema_mode == "auto" else SchemaMode(model.schema_mode),
        temperature=model.temperature,
        timeout_s=model.timeout_s,
        connect_timeout_s=model.connect_timeout_s,
        min_output_tokens=model.max_output_tokens,
        max_attempts=model.max_attempts,
        max_concurrent=model.max_concurrent,
        requests_per_minute=model.requests_per_minute,
        user_agent=f"Nutgraf/{__version__}",
    )


def make_model_parts(settings: Settings, *, store: Store, stages: StageRunner, clock: Clock) -> ModelParts | None:
    """A language model within its budgets and with its answers kept, None where none is set. Raises ConfigError."""
    if not settings.model.is_set:
        return None
    from nutgraf.adapters.llm.caching import CachedModel
    from nutgraf.adapters.llm.metering import MeteredModel
    from nutgraf.pipeline.model_use import ModelUse, WishGranter

    use = settings.model_use
    budgets, prices = budgets_of(settings), prices_of(settings)

    def meter(model: LanguageModel) -> LanguageModel:
        return MeteredModel(model, store=store, clock=clock, prices=prices, budgets=budgets)

    def keep(model: LanguageModel) -> LanguageModel:
        variant = f"{settings.model.temperature} {settings.backup_model.name} {settings.model.max_output_tokens}"
        return CachedModel(model, store=store, clock=clock, budgets=budgets, variant=variant)

    writer = make_model_writer(settings, stages, meter=meter, keep=keep if use.keep_answers else lambda model: model)
    assert writer is not None
    chooser = ModelUse(store=store, clock=clock, default=use.policy, budgets=budgets)
    granter = WishGranter(
        store=store,
        clock=clock,
        use=chooser,
        keep_answers=use.keep_answers,
        answers_kept=timedelta(days=use.keep_answers_days),
    )
    return ModelParts(writer, chooser, granter, budgets, prices)


def budgets_of(settings: Settings) -> Budgets:
    """The limits of a day."""
    from zoneinfo import ZoneInfo

    from nutgraf.domain.budgets import Budgets
    from nutgraf.domain.spending import BudgetLimit, micro_dollars

    def limit(requests: int, tokens: int, dollars: Decimal) -> BudgetLimit:
        return BudgetLimit(requests, tokens, micro_dollars(dollars))

    use = settings.model_use
    return Budgets(
        everything=limit(use.requests_per_day, use.tokens_per_day, use.dollars_per_day),
        providers={
            model.provider_name: limit(model.requests_per_day, model.tokens_per_day, model.dollars_per_day)
            for model in (settings.backup_model, settings.model)  # the first one's limits hold where they share one
            if model.is_set
        },
        each_feed=limit(use.feed_requests_per_day, use.feed_tokens_per_day, use.feed_dollars_per_day),
        each_reader=limit(use.reader_requests_per_day, use.reader_tokens_per_day, use.reader_dollars_per_day),
        zone=ZoneInfo(use.time_zone),
    )


def prices_of(settings: Settings) -> Prices:
    """The operator's own prices, and the addresses by which the table knows a host."""
    from nutgraf.adapters.llm.prices import OwnPrice, Prices

    models = [model for model in (settings.backup_model, settings.model) if model.is_set]
    return Prices(
        own={
            (model.provider_name, model.name): OwnPrice(model.input_price, model.output_price)
            for model in models
            if model.input_price is not None and model.output_price is not None
        },
        urls={model.provider_name: model.host_url for model in models},
    )


def build_application(
    settings: Settings,
    *,
    allow_private: tuple[str, ...] = (),
    queues: tuple[str, ...] = tuple(QUEUES),
    concurrency: int | None = None,
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
    poller = FeedPoller(
        store=store,
        fetcher=fetcher,
        stages=stages,
        clock=clock,
        limits_for=_interval_limits(settings, allow_private),
    )
    model = make_model_parts(settings, store=store, stages=stages, clock=clock)
    advancer = ArticleAdvancer(
        store=store,
        fetcher=fetcher,
        stages=stages,
        clock=clock,
        taxonomy_path=str(settings.topics.taxonomy or ""),
        model=model.writer if model else None,
        model_use=model.use if model else None,
        waits_for_model=settings.writing.wait_for_model,
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
    runner: PipelineRunner | SharedRunner
    if is_shared(settings):
        runner = _shared_runner(settings, performer, store, clock, disk, companions, queues, concurrency)
        companions = ()
    else:
        runner = _own_runner(settings, performer, store, clock, disk)
    return Application(
        settings, store, fetcher, stages, clock, poller, advancer, runner, companions, pictures, disk, queues, model
    )


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
    level = logging.getLevelNamesMapping()[settings.log.level.upper()]
    renderer: structlog.typing.Processor
    if settings.log.format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            RECENT_LOG,
            _drop_below(level),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(min(level, logging.WARNING)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _drop_below(level: int) -> structlog.typing.Processor:
    """A processor that lets pass what is to be printed; RECENT_LOG has seen the rest."""
    levels = logging.getLevelNamesMapping()

    def drop(logger: object, name: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
        if levels.get(str(event.get("level", "")).upper(), level) < level:
            raise structlog.DropEvent
        return event

    return drop
