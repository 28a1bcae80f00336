"""`nutgraf backfill`: briefs of an archive."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli.options import data_option

_EPILOG = """\b
Examples:
  nutgraf backfill CC-NEWS-20260301.warc.gz       every page of HTML in it
  nutgraf backfill ~/saved-pages/                 HTML files that say their address (link rel=canonical)
  nutgraf backfill addresses.txt                  one address a line; fetched with the usual manners

\b
What is known already is passed over: run it again after Ctrl-C, and it goes on. Briefs are listed under the day that
their publishers give, or the day of the archive.
"""


@click.command("backfill", epilog=_EPILOG)
@click.argument("archive", metavar="FILE.warc.gz|FOLDER|ADDRESSES", type=click.Path(exists=True, path_type=Path))
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@data_option
def command(archive: Path, quiet: bool, data_dir: Path | None) -> None:
    """Brief every page of an archive, as fast as this machine can."""
    import asyncio

    from nutgraf.adapters.archive import open_archive
    from nutgraf.bootstrap import build_application, configure_logging
    from nutgraf.cli.options import settings_from
    from nutgraf.cli.status_line import StatusLine
    from nutgraf.domain.records import ArticleState
    from nutgraf.pipeline.backfilling import Backfiller

    settings = settings_from(data_dir)
    configure_logging(settings.model_copy(update={"log": settings.log.model_copy(update={"level": "error"})}))
    opened = open_archive(archive, max_body_bytes=settings.fetch.max_body_bytes)
    application = build_application(settings)
    backfiller = Backfiller(
        store=application.store,
        advancer=application.advancer,
        clock=application.clock,
        max_articles=settings.work.max_articles,
    )
    progress = backfiller.progress

    def describe() -> str:
        share = opened.done_bytes / opened.size_bytes if opened.size_bytes else 1.0
        published = progress.rested[ArticleState.PUBLISHED]
        return f"{share:.0%} read, {published:,} briefs written, {progress.known:,} known already"

    async def run() -> None:
        try:
            async with StatusLine(describe) as status:
                if not quiet:
                    status.start()
                await backfiller.run(opened.captures())
        finally:
            await application.close()

    asyncio.run(run())
    if not quiet:
        rested = progress.rested
        click.echo(
            f"{progress.read:,} pages: {rested[ArticleState.PUBLISHED]:,} briefs written, "
            f"{rested[ArticleState.COPY]:,} copies, {rested[ArticleState.QUARANTINED]:,} set aside, "
            f"{progress.known:,} known already; {opened.skipped:,} other records passed over."
        )
        waiting = sum(rested[state] for state in (ArticleState.FOUND, ArticleState.FETCHED, ArticleState.EXTRACTED))
        if waiting:
            click.echo(f"{waiting:,} failed for a passing reason; a running Nutgraf or `nutgraf poll --due` goes on.")
