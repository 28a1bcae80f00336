"""`nutgraf add`: subscribe to a feed."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli.options import data_option

_EPILOG = """\b
Examples:
  nutgraf add https://example.org/feed.xml
  nutgraf add example.org                     finds the feed that the page declares
"""


@click.command("add", epilog=_EPILOG)
@click.argument("address", metavar="URL")
@data_option
def command(address: str, data_dir: Path | None) -> None:
    """Subscribe to the feed at URL and poll it once.

    Where URL is a web page with one feed, that feed is taken; where it has several, they are listed.
    """
    import asyncio
    from functools import partial

    from nutgraf.bootstrap import Application, build_application
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.records import FeedRecord
    from nutgraf.errors import ParseError
    from nutgraf.pipeline.subscribing import subscribe

    async def add(application: Application) -> FeedRecord:
        take = partial(subscribe, store=application.store, poller=application.poller, clock=application.clock)
        try:
            try:
                return await take(address)
            except ParseError as error:
                if len(error.feed_links) != 1:
                    raise
                click.echo(f"This is a web page; taking the feed it declares: {error.feed_links[0]}")
                return await take(error.feed_links[0])
        finally:
            await application.close()

    try:
        feed = asyncio.run(add(build_application(settings_from(data_dir))))
    except ParseError as error:
        for link in error.feed_links:
            click.echo(f"  nutgraf add {link}", err=True)
        raise
    if feed.error_code:
        click.echo(f"Subscribed, but the first poll failed: {feed.error_message} [{feed.error_code}]")
        return
    click.echo(f"Subscribed to {feed.title or feed.url}: {feed.article_count:,} articles to brief.")
    click.echo("They are briefed while `nutgraf serve` runs, or now by `nutgraf poll`.")
