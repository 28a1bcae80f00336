"""The site, the pipeline or both in one process and one event loop, until a signal ends them."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio.to_thread
import structlog
import uvicorn

from nutgraf import __version__
from nutgraf.bootstrap import Application
from nutgraf.domain.account import Role, TicketKind
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.errors import ConfigError

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from nutgraf.cli.edition import Edition
    from nutgraf.pipeline.presence import Presence
    from nutgraf.settings import ServerSettings
    from nutgraf.web.services import ModelFacts

START_TIMEOUT_S = 10
THREADS_OF_SQLITE, THREADS_OF_SHARED = 4, 16
"""Pages made at the same time. More of them only wait for each other, where none waits for a server of a database."""
SET_UP_HOURS = 24
GRACE_S = 5
"""Seconds that open requests get at the end."""


@dataclass(frozen=True, slots=True)
class Site:
    """An application and the socket it listens on."""

    app: Starlette
    listener: socket.socket


def listen(host: str, port: int, *, option: str = "--port") -> socket.socket:
    """A listening socket. Raises ConfigError, which names the `option` to choose another port with."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError as error:
        raise ConfigError(
            f"Cannot listen on {host}:{port} ({error.strerror}); choose another with {option}.", code="port_in_use"
        ) from None
    listener.setblocking(False)
    return listener


def needs_login(server: ServerSettings) -> bool:
    """Whether readers sign in: as soon as others than this machine's users may reach the site.

    Raises ConfigError where that could not be safe: passwords and sessions would cross a network in the clear.
    """
    is_alone = _is_loopback(server.host) and not server.public_url and not server.allowed_hosts
    if is_alone or server.unprotected:
        return False
    public = urlsplit(server.public_url)
    if public.scheme == "https" or (_is_loopback(server.host) and _is_loopback(public.hostname or "")):
        return True
    if not server.public_url:
        raise ConfigError(
            f"The site can be reached from other machines ({server.host}), so readers must sign in, and that needs an "
            "https address. Put a proxy that speaks TLS in front and set server.public_url to its address; or listen "
            "on 127.0.0.1 only; or, where whoever reaches it may do everything, set server.unprotected = true.",
            code="unprotected",
        )
    raise ConfigError(
        f"server.public_url must begin with https:// ({server.public_url}): passwords would cross the network in the "
        "clear. For this machine alone, http://localhost works too.",
        code="unprotected",
    )


def set_up_link(application: Application) -> str:
    """The one-time link by which the first operator chooses name and password; empty once somebody has."""
    store, now = application.store, application.clock.now()
    if any(reader.has_password for reader in store.list_readers()):
        return ""
    token = store.issue_ticket(
        TicketKind.SET_UP,
        role=Role.OPERATOR,
        reader_id=DEFAULT_READER,
        now=now,
        expires_at=now + timedelta(hours=SET_UP_HOURS),
    )
    server = application.settings.server
    return f"{site_address(server)}/welcome/{token}"


def site_address(server: ServerSettings) -> str:
    """Where the site is reached, without a slash at the end."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    return server.public_url or f"http://{host}:{server.port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def make_site(application: Application, *, sample_press: Edition | None) -> Starlette:
    """The site over `application`; call it inside the loop that will run both."""
    from nutgraf.adapters.recent_log import RECENT_LOG
    from nutgraf.outputs.opml import Subscription, format_opml
    from nutgraf.pipeline.correcting import Desk
    from nutgraf.pipeline.presence import WorkReporter
    from nutgraf.pipeline.subscribing import import_opml, subscribe
    from nutgraf.settings import describe_settings
    from nutgraf.stages.tag import load_taxonomy
    from nutgraf.web.app import create_app
    from nutgraf.web.services import WebServices

    settings, store, clock, runner = application.settings, application.store, application.clock, application.runner
    loop = asyncio.get_running_loop()
    reporter = WorkReporter(
        store=store, clock=clock, progress=runner.progress, is_shared=application.is_shared, started_at=clock.now()
    )
    return create_app(
        WebServices(
            store=store,
            clock=clock,
            topics=load_taxonomy(settings.topics.taxonomy).topics,
            subscribe=lambda address: subscribe(address, store=store, poller=application.poller, clock=clock),
            import_opml=lambda data: asyncio.to_thread(import_opml, data, store=store, now=clock.now()),
            export_opml=lambda: format_opml(
                Subscription(feed.title, feed.url, feed.site_url, feed.category) for feed in store.list_feeds()
            ),
            desk=Desk(store=store, stages=application.stages, clock=clock),
            wake=lambda: loop.call_soon_threadsafe(runner.wake),
            progress=reporter.describe,
            version=__version__,
            work=reporter.report,
            disk=lambda: application.disk.state,
            recent_log=RECENT_LOG.entries,
            settings=lambda: describe_settings(settings),
            shows_icons=settings.pictures.icons,
            shows_lead_pictures=settings.pictures.lead,
            sample_url=f"{sample_press.base_url}/" if sample_press else "",
            allowed_hosts=frozenset(
                (*settings.server.allowed_hosts, settings.server.host, *_public_host(settings.server))
            ),
            needs_login=needs_login(settings.server),
            public_url=settings.server.public_url,
            model=_model_facts(application, loop),
        )
    )


def _model_facts(application: Application, loop: asyncio.AbstractEventLoop) -> ModelFacts | None:
    from nutgraf.adapters.llm.prices import PriceSource, table_date
    from nutgraf.web.services import ModelFacts

    model, settings = application.model, application.settings
    if model is None:
        return None
    provider, name = settings.model.provider_name, settings.model.name
    source = model.prices.source(provider, name)

    def price(input_tokens: int, output_tokens: int) -> int | None:
        now = application.clock.now()
        return model.prices.cost(provider, name, input_tokens=input_tokens, output_tokens=output_tokens, at=now)

    return ModelFacts(
        name=model.writer.name,
        policy=settings.model_use.policy,
        budgets=model.budgets,
        price=price,
        price_source=source.value,
        price_date=table_date() if source is PriceSource.TABLE else None,
        zone_name=settings.model_use.time_zone,
        wake=lambda: loop.call_soon_threadsafe(model.granter.wake),
    )


def _public_host(server: ServerSettings) -> list[str]:
    host = urlsplit(server.public_url).hostname
    return [host.lower()] if host else []


async def run_until_signal(
    application: Application,
    sites: Sequence[Site] = (),
    *,
    role: str,
    on_ready: Callable[[], None] | None = None,
    runs_pipeline: bool = True,
) -> None:
    """Serve `sites` and run the pipeline until SIGINT or SIGTERM (a second one ends open requests at once).

    `role` is what this process is called among others. Raises what the pipeline's loop raises, should it end by itself.
    """
    presence = _presence(application, role, runs_pipeline)
    structlog.contextvars.bind_contextvars(worker=presence.name)
    servers = [_Server(_server_config(site.app)) for site in sites]
    threads = THREADS_OF_SHARED if application.is_shared else THREADS_OF_SQLITE
    anyio.to_thread.current_default_thread_limiter().total_tokens = threads
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop_or_force, stop, servers)
    serving = [
        asyncio.create_task(server.serve(sockets=[site.listener])) for server, site in zip(servers, sites, strict=True)
    ]
    pipeline: asyncio.Task[None] | None = None
    companions: list[asyncio.Task[None]] = []
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            await asyncio.gather(*(server.is_up.wait() for server in servers))
        if runs_pipeline:
            pipeline = asyncio.create_task(application.runner.run_forever())
            companions += [asyncio.create_task(companion()) for companion in application.companions]
        companions.append(asyncio.create_task(presence.run_forever()))
        if on_ready is not None:
            on_ready()
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping, *serving, *([pipeline] if pipeline else ())}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if pipeline is not None and pipeline.done():
            pipeline.result()
    finally:
        for server in servers:
            server.should_exit = True
        if pipeline is not None:
            companions.append(pipeline)
        for task in companions:
            task.cancel()
        await asyncio.gather(*companions, return_exceptions=True)
        await asyncio.gather(*serving, return_exceptions=True)
        await application.close()


def _presence(application: Application, role: str, runs_pipeline: bool) -> Presence:
    from nutgraf.pipeline.presence import Presence

    return Presence(
        store=application.store,
        clock=application.clock,
        role=role,
        version=__version__,
        queues=application.queues if runs_pipeline else (),
        progress=application.runner.progress,
        is_scheduler=lambda: runs_pipeline and application.is_scheduler,
    )


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handling (two servers share one process here) that says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server_config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=64 * 1024,
        proxy_headers=False,
    )


def _stop_or_force(stop: asyncio.Event, servers: Sequence[_Server]) -> None:
    if stop.is_set():
        for server in servers:
            server.force_exit = True
    stop.set()


def run_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end, on uvloop where it is installed."""
    factory: Callable[[], asyncio.AbstractEventLoop]
    try:
        import uvloop

        factory = uvloop.new_event_loop
    except ImportError:
        factory = asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as loop_runner:
        loop_runner.run(work)
