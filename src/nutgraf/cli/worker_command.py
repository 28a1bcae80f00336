"""`nutgraf worker`: the pipeline without the site, on as many machines as wanted."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli.options import data_option
from nutgraf.domain.work import QUEUES

_EPILOG = """\b
Examples:
  nutgraf worker                                      everything
  nutgraf worker --queues fetch                       a machine that only goes out to publishers
  nutgraf worker --queues extract,write --concurrency 8

At least one worker (or `nutgraf serve`) must serve `fetch`: one of those is elected to say what is due, and another
takes over within seconds when it ends. SIGTERM ends a worker within 25 seconds; what it had goes to the others.
"""


def _queues(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    unknown = [name for name in names if name not in QUEUES]
    if unknown or not names:
        raise click.BadParameter(f"choose among {', '.join(QUEUES)}")
    return names


@click.command("worker", epilog=_EPILOG)
@click.option("--queues", default=",".join(QUEUES), show_default=True, callback=_queues, help="What to do.")
@click.option(
    "--concurrency", type=click.IntRange(1, 1_000), help="Articles at once in each queue. Default: work.max_articles."
)
@click.option("--quiet", is_flag=True, help="Print no status line.")
@data_option
def command(queues: tuple[str, ...], concurrency: int | None, quiet: bool, data_dir: Path | None) -> None:
    """Do the work of a site: poll, fetch, extract and write, together with all other workers of its database.

    It needs `database.url` to name a PostgreSQL database. The work is given out by that database, so that workers need
    not know of each other; what a lost worker had is taken over within a minute.
    """
    from nutgraf.bootstrap import build_application, configure_logging
    from nutgraf.cli import serving
    from nutgraf.cli.edition import read_edition
    from nutgraf.cli.options import settings_from, shared_settings
    from nutgraf.cli.status_line import StatusLine

    settings = shared_settings(settings_from(data_dir))
    configure_logging(settings)
    sample_press = read_edition(settings.data_dir)
    allowance = sample_press.allowance if sample_press else ()
    application = build_application(settings, allow_private=allowance, queues=queues, concurrency=concurrency)

    def describe() -> str:
        scheduling = ", scheduling" if application.is_scheduler else ""
        return f"worker for {', '.join(queues)}{scheduling}: {application.runner.progress.describe()}"

    async def run() -> None:
        async with StatusLine(describe) as status:
            await serving.run_until_signal(
                application, role="worker", on_ready=None if quiet else status.start, runs_pipeline=True
            )

    serving.run_loop(run())
