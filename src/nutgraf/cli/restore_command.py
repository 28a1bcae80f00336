"""`nutgraf restore`: a backup into a new place."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli.options import data_option
from nutgraf.cli.row_progress import row_progress

_EPILOG = """\b
Examples:
  nutgraf restore before-update.zip --data ~/news-again
  nutgraf restore before-update.zip --to postgresql://nutgraf@localhost/nutgraf

\b
The place must be new: nothing is ever written over. A restore that was cut off goes on when it is run again.
"""


@click.command("restore", epilog=_EPILOG)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--to", "target_url", default="", help="Database to fill. Default: that of the settings.")
@click.option("--restart", is_flag=True, help="Empty what an unfinished restore left and begin again.")
@data_option
def command(file: Path, target_url: str, restart: bool, data_dir: Path | None) -> None:
    """Fill a new database, SQLite or PostgreSQL, from a backup of either."""
    from nutgraf.adapters.store.backup import read_backup, restore_backup
    from nutgraf.bootstrap import open_database
    from nutgraf.cli.options import settings_from

    click.echo("Reading the backup…", err=True)
    contents = read_backup(file)
    database = open_database(settings_from(data_dir), target_url)
    try:
        with row_progress("Restoring", contents.rows) as advance:
            restore_backup(file, contents, database, progress=advance, starts_over=restart)
    finally:
        database.close()
    click.echo(f"Restored and compared: {contents.rows:,} rows of {contents.made_at:%Y-%m-%d %H:%M} UTC.")
