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
@click.option(
    "--model", "model_way", type=click.Choice(["now", "batch", "never"]), default="now", show_default=True,
    help="How a language model, where one is set, is asked: at once, in batches at half the price, or not.",
)  # fmt: skip
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@data_option
def command(archive: Path, model_way: str, quiet: bool, data_dir: Path | None) -> None:
    """Brief every page of an archive, as fast as this machine can.

    With --model batch the built-in writer writes first; a provider that takes batches (OpenAI, Anthropic) then answers
    within a day. This command waits for it; Ctrl-C loses nothing, and a running Nutgraf takes the answers as well.
    """
    import asyncio

    from nutgraf.adapters.archive import open_archive
    from nutgraf.bootstrap import build_application, configure_logging
    from nutgraf.cli.options import settings_from
    from nutgraf.cli.status_line import StatusLine
    from nutgraf.domain.records import ArticleState
    from nutgraf.domain.spending import ModelPolicy
    from nutgraf.errors import ConfigError
    from nutgraf.pipeline.backfilling import Backfiller

    settings = settings_from(data_dir)
    configure_logging(settings.model_copy(update={"log": settings.log.model_copy(update={"level": "error"})}))
    opened = open_archive(archive, max_body_bytes=settings.fetch.max_body_bytes)
    if model_way == "never":
        use = settings.model_use.model_copy(update={"policy": ModelPolicy.NEVER})
        settings = settings.model_copy(update={"model_use": use})
    application = build_application(settings, in_batches=model_way == "batch")
    batches = application.model.batches if application.model else None
    if model_way == "batch" and batches is None:
        raise ConfigError(
            "Batches need a model of OpenAI or Anthropic ([model]), and answers that are kept.", code="no_batches"
        )
    backfiller = Backfiller(
        store=application.store,
        advancer=application.advancer,
        clock=application.clock,
        max_articles=settings.work.max_articles,
    )
    progress = backfiller.progress
    left: list[int] = []

    def describe() -> str:
        share = opened.done_bytes / opened.size_bytes if opened.size_bytes else 1.0
        published = progress.rested[ArticleState.PUBLISHED]
        under_way = f", {progress.batches:,} batches under way" if progress.batches else ""
        return f"{share:.0%} read, {published:,} briefs written, {progress.known:,} known already{under_way}"

    async def run() -> None:
        try:
            async with StatusLine(describe) as status:
                if not quiet:
                    status.start()
                await backfiller.run(opened.captures())
                if model_way == "batch" and batches is not None and application.model is not None:
                    left.append(await backfiller.finish_batches(batches, application.model.granter))
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
        if progress.rewritten:
            click.echo(f"{progress.rewritten:,} of them came back from the model in batches.")
        if any(left):
            click.echo("Some still wait for a batch: the budget of the day has no room. Run this again tomorrow.")
        waiting = sum(rested[state] for state in (ArticleState.FOUND, ArticleState.FETCHED, ArticleState.EXTRACTED))
        if waiting:
            click.echo(f"{waiting:,} failed for a passing reason; a running Nutgraf or `nutgraf poll --due` goes on.")
