"""What the work queue needs in PostgreSQL: Procrastinate's own tables, and a trigger that puts articles in line.

The trigger is the reason that nothing is lost between a step and the next: whatever statement makes an article due
(a step that is stored, a retry, a replay) also puts it in line, in the same transaction.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

from nutgraf.errors import ConfigError, StoreError

ARTICLE_TRIGGER_VERSION = 1
_LOCK = 0x6E757467717565  # "nutgque": one process at a time prepares the queue

_VERSIONS = "CREATE TABLE IF NOT EXISTS nutgraf_queue_schema (name text PRIMARY KEY)"

# Kinds and priorities are those of postgres_queue.py; an article is in line once, wherever it stands.
_ARTICLE_TRIGGER = """
CREATE OR REPLACE FUNCTION nutgraf_put_in_line(article_id bigint, state text, due_at timestamptz) RETURNS integer
LANGUAGE sql AS $$
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args, scheduled_at)
    SELECT kind, 'nutgraf.' || kind, CASE kind WHEN 'write' THEN 30 ELSE 20 END, 'article:' || article_id,
           jsonb_build_object('ids', jsonb_build_array(article_id)),
           CASE WHEN due_at > now() THEN due_at END
    FROM (SELECT CASE state WHEN 'fetched' THEN 'extract' ELSE 'write' END AS kind) AS line
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE
    SET queue_name = excluded.queue_name, task_name = excluded.task_name, priority = excluded.priority,
        args = excluded.args, scheduled_at = excluded.scheduled_at
    RETURNING 1
$$;

CREATE OR REPLACE FUNCTION nutgraf_article_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM nutgraf_put_in_line(NEW.id, NEW.state, NEW.due_at);
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS nutgraf_article_moved ON articles;
-- Who stores a brief publishes it within the same batch, so that this move alone needs no place in a line.
CREATE TRIGGER nutgraf_article_moved AFTER UPDATE OF state, due_at ON articles FOR EACH ROW
WHEN (
    NEW.due_at IS NOT NULL AND NEW.state IN ('fetched', 'extracted', 'written')
    AND (NEW.state IS DISTINCT FROM OLD.state OR NEW.due_at IS DISTINCT FROM OLD.due_at)
    AND NOT (OLD.state = 'extracted' AND NEW.state = 'written')
)
EXECUTE FUNCTION nutgraf_article_moved();
"""


def connection_info(url: str) -> str:
    """The address as libpq takes it, of one as SQLAlchemy takes it."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


def prepare_queue(url: str) -> None:
    """Install or update the queue in the database at `url`, whose tables are there already.

    Two processes at once take turns; all of it is one transaction. Raises ConfigError without the package, StoreError.
    """
    try:
        import psycopg  # noqa: PLC0415 - an extra, and half a second
    except ImportError as error:
        raise ConfigError("PostgreSQL needs psycopg: install nutgraf[postgres].", code="no_psycopg") from error

    try:
        with psycopg.connect(connection_info(url)) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            _prepare(connection)
    except psycopg.Error as error:
        message = f"The work queue could not be prepared in the database: {error}"
        raise StoreError(message, code="queue_schema", retryable=isinstance(error, psycopg.OperationalError)) from error


def _prepare(connection: Any) -> None:
    connection.execute(_VERSIONS)
    applied = {row[0] for row in connection.execute("SELECT name FROM nutgraf_queue_schema")}
    sql = resources.files("procrastinate.sql")
    migrations = sorted(file.name for file in (sql / "migrations").iterdir() if file.name.endswith(".sql"))
    trigger = f"nutgraf trigger {ARTICLE_TRIGGER_VERSION}"
    missing = [name for name in migrations if name not in applied]
    if applied.isdisjoint(migrations):
        connection.execute((sql / "schema.sql").read_text("utf-8"))
    else:
        for name in missing:
            connection.execute((sql / "migrations" / name).read_text("utf-8"))
    if trigger not in applied:
        connection.execute(_ARTICLE_TRIGGER)
        missing.append(trigger)
    if missing:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO nutgraf_queue_schema VALUES (%s)", [(name,) for name in missing])
