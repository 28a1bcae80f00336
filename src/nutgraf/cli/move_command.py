"""`nutgraf move`: everything to another database."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli.options import data_option
from nutgraf.cli.row_progress import row_progress

_EPILOG = """\b
Examples:
  nutgraf move --to postgresql://nutgraf@localhost/nutgraf
  nutgraf move --from postgresql://nutgraf@localhost/nutgraf --to sqlite:////srv/news/nutgraf.db

\b
Stop Nutgraf first. The target must be new. A move that was cut off goes on when it is run again; at the end both are
compared, row by row. The source stays as it was: remove it when you have seen the target work.
"""


@click.command("move", epilog=_EPILOG)
@click.option("--to", "target_url", required=True, help="Database to copy into: postgresql://… or sqlite:////….")
@click.option("--from", "source_url", default="", help="Database to copy. Default: that of the settings.")
@click.option("--restart", is_flag=True, help="Empty what an unfinished move left and begin again.")
@data_option
def command(target_url: str, source_url: str, restart: bool, data_dir: Path | None) -> None:
    """Copy everything to another database, of either kind, and compare the two."""
    from nutgraf.adapters.store.copying import copy_store, count_rows
    from nutgraf.bootstrap import open_database
    from nutgraf.cli.options import settings_from

    settings = settings_from(data_dir)
    source = open_database(settings, source_url)
    target = open_database(settings, target_url)
    try:
        with row_progress("Moving", count_rows(source)) as advance:
            tables = copy_store(source, target, progress=advance, starts_over=restart)
    finally:
        source.close()
        target.close()
    click.echo(f"Copied and compared: {sum(table.rows for table in tables.values()):,} rows.")
    click.echo(
        "Now set database.url to the new database, in nutgraf.toml or as NUTGRAF_DATABASE__URL, and start Nutgraf."
    )
