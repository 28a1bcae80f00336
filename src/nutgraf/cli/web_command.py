"""`nutgraf web`: the site without the pipeline, on as many machines as wanted."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli.options import data_option, host_option, port_option

_EPILOG = """\b
Examples:
  nutgraf web
  nutgraf web --port 9000
"""


@click.command("web", epilog=_EPILOG)
@host_option
@port_option
@data_option
def command(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Run the site alone, as often as wanted behind one proxy; `nutgraf worker` does the work.

    It needs `database.url` to name a PostgreSQL database that the workers share.
    """
    from nutgraf.bootstrap import build_application, configure_logging
    from nutgraf.cli import serving
    from nutgraf.cli.edition import read_edition
    from nutgraf.cli.options import settings_from, shared_settings

    settings = shared_settings(settings_from(data_dir, host, port))
    configure_logging(settings)
    needs_login = serving.needs_login(settings.server)
    listener = serving.listen(settings.server.host, settings.server.port)
    sample_press = read_edition(settings.data_dir)
    application = build_application(settings, allow_private=sample_press.allowance if sample_press else ())

    def announce() -> None:
        click.echo(f"The site is on {serving.site_address(settings.server)}/  (Ctrl-C stops it)", err=True)
        if needs_login and (link := serving.set_up_link(application)):
            click.echo(f"To set it up, open this link (it works once, for a day): {link}", err=True)

    async def run() -> None:
        site = serving.Site(serving.make_site(application, sample_press=sample_press), listener)
        await serving.run_until_signal(application, [site], role="web", on_ready=announce, runs_pipeline=False)

    serving.run_loop(run())
