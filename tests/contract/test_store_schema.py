"""Opening, migrating and refusing databases, on each kind."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Integer, text

from nutgraf.adapters.store import SqlStore, engine, open_store, schema
from nutgraf.adapters.store.engine import Database
from nutgraf.adapters.store.tables import metadata
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.records import BriefQuery
from nutgraf.errors import ConfigError, Conflict, StoreError
from store_values import NOON, publish_new


def test_the_constant_names_the_latest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD_REVISION


def test_the_migrations_build_the_tables_that_the_code_knows(store_url: str) -> None:
    database = Database(store_url)

    def is_compared(_: object, name: str | None, *__: object) -> bool:
        """The index of words is another kind of table on each database: search_index.py."""
        return not (name or "").startswith(("brief_search", "ix_brief_search"))

    def differences(connection: object) -> list[object]:
        context = MigrationContext.configure(connection, opts={"include_object": is_compared})  # type: ignore[arg-type]
        return compare_metadata(context, metadata)

    assert database.read(differences) == []
    database.close()


def test_a_new_database_is_migrated_and_ready(empty_url: str) -> None:
    store = open_store(empty_url)
    with pytest.raises(StoreError):
        store.list_feeds()
    store.migrate()
    store.ping()
    publish_new(store, "a")
    store.close()


def test_migrating_again_keeps_everything(store: SqlStore) -> None:
    publish_new(store, "a")
    store.migrate()
    assert len(store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)) == 1


def test_two_that_start_at_once_migrate_once(empty_url: str) -> None:
    stores = [open_store(empty_url) for _ in range(4)]
    errors: list[Exception] = []

    def migrate(store: SqlStore) -> None:
        try:
            store.migrate()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=migrate, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    publish_new(stores[0], "a")
    for store in stores:
        assert store.counts().briefs == 1
        store.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(store_url: str) -> None:
    database = Database(store_url)
    database.write(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    store = open_store(store_url)
    with pytest.raises(StoreError, match="newer Nutgraf") as refused:
        store.migrate()
    assert refused.value.code == "schema_newer"
    assert not refused.value.retryable
    assert database.read(schema.stored_revision) == "9999"
    store.close()
    database.close()


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    database = Database(empty_url)
    database.write(lambda connection: connection.execute(text("CREATE TABLE counters (mine INTEGER)")))
    store = open_store(empty_url)
    with pytest.raises(StoreError):
        store.migrate()
    assert database.read(schema.stored_revision) is None
    database.write(lambda connection: connection.execute(text("DROP TABLE counters")))
    store.migrate()
    assert store.list_feeds() == []
    store.close()
    database.close()


def test_a_migration_may_remake_a_table_that_others_refer_to(migrated_sqlite: Path, tmp_path: Path) -> None:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    store = open_store(f"sqlite:///{path}")
    article_id = publish_new(store, "a")
    store.record_read(DEFAULT_READER, article_id, now=NOON)
    before = store.brief_page(article_id, reader_id=DEFAULT_READER)
    database = Database(f"sqlite:///{path}")

    def remake(connection: Connection) -> None:
        operations = Operations(MigrationContext.configure(connection))
        for table in ("articles", "briefs"):
            with operations.batch_alter_table(table, recreate="always") as batch:
                batch.add_column(Column("new", Integer))

    def tear_apart(connection: Connection) -> None:
        connection.execute(text("DELETE FROM revisions"))

    database.migrate(remake)
    assert store.brief_page(article_id, reader_id=DEFAULT_READER) == before
    with pytest.raises(StoreError) as refused:
        database.migrate(tear_apart)
    assert refused.value.code == "migration"
    assert store.brief_page(article_id, reader_id=DEFAULT_READER) == before
    with pytest.raises(Conflict):
        database.write(lambda connection: connection.execute(text("UPDATE reads SET reader_id = 99")))
    database.close()
    store.close()


def test_an_sqlite_file_is_copied_before_its_schema_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nutgraf.db"
    database = Database(f"sqlite:///{path}")
    schema.migrate(database, to="0009")
    assert list(tmp_path.glob("*.schema-*")) == [], "there was nothing to keep"
    schema.migrate(database, to="0010")
    database.write(lambda connection: connection.execute(text("UPDATE readers SET name = 'Ada'")))
    monkeypatch.setattr(schema.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.raises(StoreError) as refused:
        schema.migrate(database)
    assert refused.value.code == "disk_full"
    monkeypatch.undo()
    schema.migrate(database)
    (copy,) = tmp_path.glob("*.schema-*")
    assert (copy.name, stat.S_IMODE(copy.stat().st_mode)) == ("nutgraf.db.schema-0010", 0o600)
    before = Database(f"sqlite:///{copy}")
    assert before.read(schema.stored_revision) == "0010"
    assert before.read(lambda connection: connection.execute(text("SELECT name FROM readers")).scalar()) == "Ada"
    before.close()
    database.close()


def test_a_second_start_does_not_import_alembic(store_url: str) -> None:
    program = (
        "import sys; from nutgraf.adapters.store import open_store; store = open_store(sys.argv[1]);"
        "store.migrate(); store.list_feeds(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, store_url], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr


def test_a_store_can_be_closed_twice(store: SqlStore) -> None:
    store.close()
    store.close()


def test_the_file_and_its_folder_are_their_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deeper" / "nutgraf.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    store.add_feed("https://press.example/feed", now=NOON)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert len(list(path.parent.iterdir())) == 3, "the write-ahead log is there too"
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
    store.close()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro"]
)
def test_an_address_of_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        open_store(url)


def test_a_folder_that_cannot_be_made_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError):
        open_store(f"sqlite:///{tmp_path / 'file' / 'nutgraf.db'}")


def test_a_file_that_is_no_database_is_a_plain_error(tmp_path: Path) -> None:
    path = tmp_path / "nutgraf.db"
    path.write_text("This is not a database, whatever its name says. " * 100)
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(StoreError) as refused:
        store.ping()
    assert refused.value.code == "not_a_database"


def test_a_database_that_another_process_holds_is_busy_and_worth_another_try(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    store = open_store(f"sqlite:///{path}")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as refused:
        store.add_feed("https://press.example/feed", now=NOON)
    assert (refused.value.code, refused.value.retryable) == ("database_busy", True)
    assert store.list_feeds() == [], "readers do not wait"
    holder.execute("ROLLBACK")
    holder.close()
    store.add_feed("https://press.example/feed", now=NOON)
    store.close()


def test_a_server_that_does_not_answer_is_a_plain_error() -> None:
    pytest.importorskip("psycopg")
    store = open_store("postgresql://nobody@127.0.0.1:9/nothing")
    with pytest.raises(StoreError):
        store.ping()
    store.close()
