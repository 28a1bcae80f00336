"""The schema's version: bring a database to this one's, by Alembic, and refuse a newer one.

Alembic takes most of a second to import, so it is imported only where there is something to do.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from nutgraf.adapters.store.engine import Database
from nutgraf.errors import StoreError

HEAD_REVISION = "0012"
"""The latest revision under migrations/versions; a test compares them."""

MIGRATIONS = Path(__file__).parent / "migrations"

_ADVISORY_LOCK = 0x6E757467726166  # "nutgraf": one migration at a time on a PostgreSQL server's database


def migrate(database: Database) -> None:
    """Bring the schema to HEAD_REVISION in one transaction; two processes at once take turns.

    Raises StoreError (code `schema_newer`) where a later Nutgraf made the database.
    """
    if database.read(stored_revision) == HEAD_REVISION:
        return
    database.migrate(_upgrade)


def stored_revision(connection: Connection) -> str | None:
    """The revision that the database is at, None where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - see the module's docstring
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    revision = stored_revision(connection)
    if revision == HEAD_REVISION:
        return  # another process was first
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"A newer Nutgraf made this database (schema {revision}; this one knows {HEAD_REVISION}): "
            "install that version again, or start with another data folder.",
            code="schema_newer",
        )
    command.upgrade(config, "head")
