"""`nutgraf poll`: poll feeds now and brief what is new, then stop."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli.edition import read_edition
from nutgraf.cli.options import data_option


@click.command("poll", epilog="Example, from cron: nutgraf poll --due --quiet")
@click.option("--due", "only_due", is_flag=True, help="Only feeds whose time has come (default: every active feed).")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@data_option
def command(only_due: bool, quiet: bool, data_dir: Path | None) -> None:
    """Poll feeds now, brief everything that is waiting, and stop when nothing is left to do."""
    import asyncio

    from nutgraf.bootstrap import build_application, configure_logging
    from nutgraf.cli.options import settings_from
    from nutgraf.cli.status_line import StatusLine

    settings = settings_from(data_dir)
    configure_logging(settings.model_copy(update={"log": settings.log.model_copy(update={"level": "error"})}))
    sample_press = read_edition(settings.data_dir)
    application = build_application(settings, allow_private=sample_press.allowance if sample_press else ())
    progress = application.runner.progress

    async def run() -> None:
        if not only_due:
            application.store.poll_soon(None, now=application.clock.now())
        try:
            async with StatusLine(progress.describe) as status:
                if not quiet:
                    status.start()
                await application.runner.run_until_idle()
        finally:
            await application.close()

    asyncio.run(run())
    disk = application.disk.state
    if disk.is_low:
        free = f"{disk.free_bytes // 1_000_000:,} MB"
        click.echo(f"Nothing was fetched: only {free} of the disk are free (work.min_free_bytes).", err=True)
    if not quiet:
        totals = progress.totals
        click.echo(
            f"{totals['polled']:,} feeds polled ({totals['failed_polls']:,} failed), {totals['found']:,} new articles, "
            f"{totals['published']:,} briefs written, {totals['copy']:,} copies, {totals['quarantined']:,} set aside."
        )
