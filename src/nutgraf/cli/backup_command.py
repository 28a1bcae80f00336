"""`nutgraf backup`: everything in one file."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nutgraf.cli.options import data_option
from nutgraf.cli.row_progress import row_progress

if TYPE_CHECKING:
    from nutgraf.adapters.store.backup import BackupContents

_NAME_FORM = "nutgraf-%Y%m%d-%H%M%S.zip"
_NAME = re.compile(r"nutgraf-\d{8}-\d{6}\.zip")

_EPILOG = """\b
Examples:
  nutgraf backup before-update.zip
  nutgraf backup ~/backups/ --keep 7              names the file by the time, keeps the last seven
  nutgraf backup ~/backups/ --keep-days 30
  nutgraf backup --check before-update.zip        read it all and compare, write nothing

\b
The file holds all that the database holds: briefs, texts, feeds, readers with the hashes of their passwords, marks.
It is readable by you alone; keep it so. The settings file (nutgraf.toml) is not in it.
"""


@click.command("backup", epilog=_EPILOG)
@click.argument("target", metavar="FILE|FOLDER", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Only read a backup and see whether it can be restored.")
@click.option("--keep", type=click.IntRange(1), help="In a folder: keep this many of its backups, delete older ones.")
@click.option("--keep-days", type=click.IntRange(1), help="In a folder: delete its backups older than this.")
@data_option
def command(target: Path, check: bool, keep: int | None, keep_days: int | None, data_dir: Path | None) -> None:
    """Write everything into one file as it is at this moment. Nutgraf may go on running meanwhile."""
    from nutgraf.adapters.store.backup import read_backup, write_backup
    from nutgraf.adapters.store.copying import count_rows
    from nutgraf.bootstrap import open_database
    from nutgraf.cli.options import settings_from

    if check:
        _tell(target, read_backup(target), "can be restored")
        return
    is_folder = target.is_dir()
    if (keep or keep_days) and not is_folder:
        raise click.UsageError("--keep and --keep-days need a folder that is there.")
    now = datetime.now(UTC)
    file = target / now.strftime(_NAME_FORM) if is_folder else target
    database = open_database(settings_from(data_dir))
    try:
        with row_progress("Backing up", count_rows(database)) as advance:
            contents = write_backup(database, file, progress=advance)
    finally:
        database.close()
    _tell(file, contents, "written")
    for old in _outdated(target, keep, keep_days, now) if is_folder else []:
        old.unlink(missing_ok=True)
        click.echo(f"{old}: deleted")


def _tell(file: Path, contents: BackupContents, what: str) -> None:
    size_mb = file.stat().st_size / 1e6
    click.echo(f"{file}: {what}, {contents.rows:,} rows, {size_mb:,.1f} MB, {contents.made_at:%Y-%m-%d %H:%M} UTC")


def _outdated(folder: Path, keep: int | None, keep_days: int | None, now: datetime) -> list[Path]:
    """Backups that this command named, beyond the number or the age to keep; the latest is never among them."""
    named = sorted((path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file()), reverse=True)
    oldest_name = (now - timedelta(days=keep_days)).strftime(_NAME_FORM) if keep_days else ""
    return [path for place, path in enumerate(named) if place and ((keep and place >= keep) or path.name < oldest_name)]
