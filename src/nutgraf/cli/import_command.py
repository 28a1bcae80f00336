"""`nutgraf import`: subscribe to the feeds of an OPML file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from nutgraf.cli.options import data_option


@click.command("import", epilog="Example: nutgraf import subscriptions.opml")
@click.argument("file", type=click.File("rb"), metavar="FILE|-")
@data_option
def command(file: BinaryIO, data_dir: Path | None) -> None:
    """Subscribe to every feed in an OPML FILE, as other readers export it."""
    from datetime import UTC, datetime

    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.pipeline.subscribing import MAX_OPML_BYTES, import_opml

    data = file.read(MAX_OPML_BYTES + 1)
    store = open_application_store(settings_from(data_dir))
    try:
        outcome = import_opml(data, store=store, now=datetime.now(UTC))
    finally:
        store.close()
    click.echo(f"{outcome.added:,} feeds added, {outcome.already:,} were subscribed already.")
    for rejected in outcome.rejected:
        click.echo(f"left out: {rejected.url}: {rejected.reason}", err=True)
