"""The schema's version: bring a database to this one's, by Alembic, and refuse a newer one.

Alembic takes most of a second to import, so it is imported only where there is something to do.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from nutgraf.adapters.store.engine import Database
from nutgraf.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD_REVISION = "0016"
"""The latest revision under migrations/versions; a test compares them."""

MIGRATIONS = Path(__file__).parent / "migrations"

COPYING = "copying-"
"""Stands before the revision of a database into which a copy is under way: nothing else may use it yet."""

_ADVISORY_LOCK = 0x6E757467726166  # "nutgraf": one migration at a time on a PostgreSQL server's database


def migrate(database: Database, *, to: str = HEAD_REVISION) -> None:
    """Bring the schema to revision `to` in one transaction; two processes at once take turns.

    Raises StoreError: code `schema_newer` where a later Nutgraf made the database, `copy_unfinished` where a copy into
    it was begun and not ended.
    """
    revision = database.read(stored_revision)
    if revision == to:
        return
    if revision is not None and not database.is_postgresql and not revision.startswith(COPYING):
        require_known(revision)
        _keep_copy(Path(str(database.url.database)), revision)
    database.migrate(lambda connection: _upgrade(connection, to))


def _keep_copy(path: Path, revision: str) -> None:
    """Copy an SQLite database beside itself before its schema changes, in place of the copy of an earlier change.

    Raises StoreError (`disk_full`) where there is no room: an older Nutgraf cannot read the database afterwards.
    """
    size_bytes = path.stat().st_size
    if shutil.disk_usage(path.parent).free < size_bytes * 1.1:
        raise StoreError(
            f"This version changes the database's schema and copies {path.name} first, for which the disk has no room: "
            f"make {size_bytes // 1_000_000 + 1:,} MB free and start again.",
            code="disk_full",
        )
    copy, partial = path.with_name(f"{path.name}.schema-{revision}"), path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as target:
        source.backup(target)
    earlier = [found for found in path.parent.glob(f"{path.name}.schema-*") if found != copy]
    partial.replace(copy)
    for found in earlier:
        found.unlink(missing_ok=True)


def stored_revision(connection: Connection) -> str | None:
    """The revision that the database is at, None where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command  # noqa: PLC0415 - see the module's docstring

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    revision = stored_revision(connection)
    if revision == to:
        return  # another process was first
    if revision is not None and revision.startswith(COPYING):
        raise StoreError(
            "A copy into this database was not finished: run the same `nutgraf move` or `nutgraf restore` again.",
            code="copy_unfinished",
        )
    if revision is not None:
        require_known(revision)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def require_known(revision: str) -> None:
    """Raises StoreError (`schema_newer`) for a revision that this version has not."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    if revision not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise StoreError(
            f"A newer Nutgraf made this database (schema {revision}; this one knows {HEAD_REVISION}): "
            "install that version again, or start with another data folder.",
            code="schema_newer",
        )


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
