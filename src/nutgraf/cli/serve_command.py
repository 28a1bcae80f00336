"""`nutgraf serve`: the site and the pipeline in one process."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli.edition import read_edition
from nutgraf.cli.options import data_option, host_option, port_option, settings_from

_EPILOG = """\b
Examples:
  nutgraf serve
  nutgraf serve --port 9000 --data ~/news
"""


@click.command("serve", epilog=_EPILOG)
@host_option
@port_option
@data_option
def command(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Run everything in one process: the site, and the pipeline that fills it. Ctrl-C stops it; nothing is lost."""
    from nutgraf.bootstrap import build_application, configure_logging
    from nutgraf.cli import serving

    settings = settings_from(data_dir, host, port)
    configure_logging(settings)
    needs_login = serving.needs_login(settings.server)
    listener = serving.listen(settings.server.host, settings.server.port)
    sample_press = read_edition(settings.data_dir)
    application = build_application(settings, allow_private=sample_press.allowance if sample_press else ())

    def announce() -> None:
        feeds = application.store.list_feeds()
        click.echo(f"Nutgraf is on {serving.site_address(settings.server)}/  (Ctrl-C stops it)", err=True)
        if needs_login and (link := serving.set_up_link(application)):
            click.echo(f"To set it up, open this link (it works once, for a day): {link}", err=True)
        if not feeds:
            click.echo("No feeds yet: add one on the page “Feeds” or with `nutgraf add URL`.", err=True)
        if sample_press is not None and any(feed.url.startswith(sample_press.base_url) for feed in feeds):
            click.echo("The sample press is subscribed but not running: `nutgraf demo` runs it.", err=True)

    async def run() -> None:
        site = serving.Site(serving.make_site(application, sample_press=sample_press), listener)
        await serving.run_until_signal(application, [site], role="serve", on_ready=announce)

    serving.run_loop(run())
