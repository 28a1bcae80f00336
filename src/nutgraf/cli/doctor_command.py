"""`nutgraf doctor`: check this installation and say what is wrong and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nutgraf.cli.options import data_option, settings_from
from nutgraf.errors import NutgrafError

if TYPE_CHECKING:
    from nutgraf.settings import Settings

MIN_FREE_BYTES = 500_000_000

_SAMPLE = (
    "The city council of Easterby approved a new tram line on Monday. The line will cost 48 million crowns and open "
    "in four years, said Mara Lindqvist, the city’s transport director. Residents of the harbour quarter had asked "
    "for it since the ferry closed."
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


@click.command("doctor", epilog="Exit codes: 0 all is well, 3 something is wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@data_option
def command(as_json: bool, data_dir: Path | None) -> None:
    """Check this installation: settings, data folder, database, stages, port, language model.

    A model that is set is asked one tiny question, which a provider may charge for.
    """
    checks = list(run_checks(data_dir))
    if as_json:
        import json

        click.echo(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=2))
    else:
        for check in checks:
            click.echo(f"{'✓' if check.ok else '✗'} {check.name}: {check.detail}")
    sys.exit(0 if all(check.ok for check in checks) else 3)


def run_checks(data_dir: Path | None) -> Iterator[Check]:
    """Every check in order; those that need settings are left out where the settings are wrong."""
    yield Check("Python", sys.version_info >= (3, 11), sys.version.split()[0])
    try:
        settings = settings_from(data_dir)
    except NutgrafError as error:
        yield Check("Settings", False, error.message)
        return
    _log_errors_only(settings)
    yield Check("Settings", True, f"data folder {settings.data_dir}")
    examinations: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("Data folder", _examine_folder),
        ("Database", _examine_database),
        ("Feeds", _examine_feeds),
        ("Way out", _examine_fetching),
        ("Topics", _examine_topics),
        ("Stages", _examine_stages),
        ("Port", _examine_port),
        ("Model", _examine_model),
        ("Backup model", _examine_backup_model),
    )
    for name, examine in examinations:
        if name == "Backup model" and not settings.backup_model.is_set:
            continue
        try:
            yield Check(name, True, examine(settings))
        except NutgrafError as error:
            yield Check(name, False, error.message)
        except Exception as error:
            yield Check(name, False, f"{type(error).__name__}: {error}. Install again with ./run, or report this.")


def _log_errors_only(settings: Settings) -> None:
    from nutgraf.bootstrap import configure_logging

    configure_logging(settings.model_copy(update={"log": settings.log.model_copy(update={"level": "error"})}))


def _examine_folder(settings: Settings) -> str:
    import shutil

    from nutgraf.bootstrap import prepare_data_dir
    from nutgraf.errors import ConfigError

    free = shutil.disk_usage(prepare_data_dir(settings)).free
    if free < MIN_FREE_BYTES:
        raise ConfigError(f"only {free // 1_000_000} MB are free; make room or move it with --data.")
    return f"writable, {free // 1_000_000_000:,} GB free"


def _examine_database(settings: Settings) -> str:
    from nutgraf.bootstrap import open_application_store

    store = open_application_store(settings)
    try:
        store.ping()
        counts = store.counts()
    finally:
        store.close()
    kind = settings.database_url.partition(":")[0].partition("+")[0]
    return f"{kind}, {counts.feeds:,} feeds, {counts.briefs:,} briefs"


def _examine_feeds(settings: Settings) -> str:
    """How the feeds do, and which way the last document of each was read: each way costs more than the one before."""
    from collections import Counter

    from nutgraf.bootstrap import open_application_store

    store = open_application_store(settings)
    try:
        feeds = store.list_feeds()
    finally:
        store.close()
    failing = sum(bool(feed.error_code) for feed in feeds)
    ways = Counter(feed.parse_path for feed in feeds if feed.parse_path)
    shares = ", ".join(f"{way} {count / ways.total():.1%}" for way, count in ways.most_common())
    cut = sum(feed.dropped_entries > 0 for feed in feeds)
    return f"{len(feeds):,} followed, {failing:,} failing, {cut:,} longer than is taken; read: {shares or 'none yet'}"


def _examine_fetching(settings: Settings) -> str:
    import asyncio

    from nutgraf.bootstrap import make_fetcher
    from nutgraf.domain.document import FetchRequest, Purpose
    from nutgraf.errors import Blocked, ConfigError

    async def try_forbidden() -> bool:
        fetcher = make_fetcher(settings)
        try:
            await fetcher.fetch(FetchRequest("http://127.0.0.1:9/", Purpose.FEED))
        except Blocked:
            return True
        finally:
            await fetcher.close()
        return False

    if not asyncio.run(try_forbidden()):
        raise ConfigError("a private address was not refused; check fetch.allow_private.")
    contact = settings.fetch.contact or "none (set fetch.contact so that publishers can reach you)"
    return f"private addresses are refused; contact in the User-Agent: {contact}"


def _examine_topics(settings: Settings) -> str:
    from nutgraf.stages.tag import load_taxonomy

    return f"{len(load_taxonomy(settings.topics.taxonomy).topics):,} topics"


def _examine_stages(settings: Settings) -> str:
    """Writes a real brief in a real stage process."""
    import asyncio
    from datetime import UTC, datetime

    from nutgraf.adapters.queue.processes import ProcessStageRunner
    from nutgraf.api import article_from_text
    from nutgraf.pipeline.work import BRIEF, TASKS

    async def write() -> str:
        stages = ProcessStageRunner(TASKS, workers=1, memory_limit_bytes=settings.work.process_memory_bytes)
        try:
            article = article_from_text(_SAMPLE, title="Easterby gets a tram line")
            brief = await stages.run(BRIEF, article, datetime.now(UTC), "", timeout_s=60.0)
        finally:
            await stages.close()
        if not brief.sentence_count or brief.traced_count != brief.sentence_count:
            raise NutgrafError("the sample brief is not traced; this is a fault of ours, please report it.")
        return f"a sample brief was written, {brief.traced_count} of {brief.sentence_count} sentences traced"

    return asyncio.run(write())


def _examine_port(settings: Settings) -> str:
    from nutgraf.cli.serving import listen
    from nutgraf.errors import ConfigError

    server = settings.server
    try:
        listen(server.host, server.port).close()
    except ConfigError:
        return f"{server.host}:{server.port} is taken (by a running Nutgraf?); another is chosen with --port"
    return f"{server.host}:{server.port} is free"


def _examine_model(settings: Settings) -> str:
    from nutgraf.cli.model_examination import examine_model

    if not settings.model.is_set:
        return "none is set; the built-in writer writes"
    return examine_model(settings, settings.model)


def _examine_backup_model(settings: Settings) -> str:
    from nutgraf.cli.model_examination import examine_model

    return examine_model(settings, settings.backup_model)
