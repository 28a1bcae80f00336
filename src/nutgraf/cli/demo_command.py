"""`nutgraf demo`: everything, with the sample press as the world outside."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nutgraf.cli.edition import Edition, keep_edition, read_edition
from nutgraf.cli.options import data_option, host_option, port_option, settings_from
from nutgraf.errors import ConfigError, Conflict

if TYPE_CHECKING:
    from nutgraf.ports import Store

DEFAULT_PRESS_PORT = 8322


@click.command("demo", epilog="Example: nutgraf demo --port 9000 --data ~/nutgraf-demo")
@host_option
@port_option
@click.option(
    "--press-port", type=click.IntRange(1, 65_535), help="Port of the sample press. Default: 8322, or a free one."
)
@data_option
def command(host: str | None, port: int | None, press_port: int | None, data_dir: Path | None) -> None:
    """Start with the sample press subscribed: five invented publishers, served on loopback, read as the world is.

    Feeds of your own can be added beside it; `nutgraf serve` runs the same without the sample press.
    """
    from nutgraf.bootstrap import build_application, configure_logging, prepare_data_dir
    from nutgraf.cli import serving
    from nutgraf.cli.status_line import StatusLine
    from nutgraf.sample_press.server import create_press, feed_urls

    settings = settings_from(data_dir, host, port)
    quiet = settings.log.model_copy(update={"level": "error"})
    configure_logging(settings.model_copy(update={"log": quiet}))
    needs_login = serving.needs_login(settings.server)
    listener = serving.listen(settings.server.host, settings.server.port)
    edition, press_listener = _open_press(prepare_data_dir(settings), press_port)
    application = build_application(settings, allow_private=edition.allowance)
    _subscribe(application.store, feed_urls(edition.base_url))

    status = StatusLine(application.runner.progress.describe)

    def announce() -> None:
        click.echo(f"Nutgraf is on {serving.site_address(settings.server)}/  (Ctrl-C stops it)", err=True)
        if needs_login and (link := serving.set_up_link(application)):
            click.echo(f"To set it up, open this link (it works once, for a day): {link}", err=True)
        click.echo(f"The sample press is on {edition.base_url}/; its publishers and news are invented.", err=True)
        status.start()

    async def run() -> None:
        press = create_press(edition.began_at, base_url=edition.base_url, now=application.clock.now)
        sites = [
            serving.Site(press, press_listener),
            serving.Site(serving.make_site(application, sample_press=edition), listener),
        ]
        async with status:
            await serving.run_until_signal(application, sites, role="demo", on_ready=announce)

    serving.run_loop(run())


def _open_press(data_dir: Path, wanted_port: int | None) -> tuple[Edition, socket.socket]:
    """The edition of this data folder (a new one at the first start) and the socket of its port."""
    from nutgraf.cli.serving import listen

    known = read_edition(data_dir)
    if known is not None and wanted_port in (None, known.port):
        return known, listen("127.0.0.1", known.port, option="--press-port")
    if wanted_port is not None:
        listener = listen("127.0.0.1", wanted_port, option="--press-port")
    else:
        try:
            listener = listen("127.0.0.1", DEFAULT_PRESS_PORT)
        except ConfigError:
            listener = listen("127.0.0.1", 0)
    edition = Edition(known.began_at if known else datetime.now(UTC), listener.getsockname()[1])
    keep_edition(data_dir, edition)
    return edition, listener


def _subscribe(store: Store, urls: list[str]) -> None:
    now = datetime.now(UTC)
    for url in urls:
        try:
            store.add_feed(url, now=now)
        except Conflict:  # subscribed at an earlier start
            continue
