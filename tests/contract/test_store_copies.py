"""Backups, restoring and moving, from each kind of database to each."""

from __future__ import annotations

import json
import os
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from nutgraf.adapters.store import SqlStore, backup, copying, open_store, schema
from nutgraf.adapters.store.engine import Database
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.records import BriefQuery
from nutgraf.errors import StoreError
from store_values import NOON, publish_new

Edit = Callable[[dict[str, Any]], None]
Add = Callable[[zipfile.ZipFile], None]


def ignore(rows: int) -> None:
    """No progress is shown."""


def restore(file: Path, target: Database) -> None:
    """Restore it from the start."""
    backup.restore_backup(file, backup.read_backup(file), target, progress=ignore, starts_over=True)


@pytest.fixture
def source(store: SqlStore, store_url: str) -> Iterator[Database]:
    """A store with some articles, one a copy of a later one, and a picture's bytes."""
    ids = [publish_new(store, name) for name in "abc"]
    store.record_read(DEFAULT_READER, ids[0], now=NOON)
    database = Database(store_url)

    def add_oddities(connection: Any) -> None:
        connection.execute(text("UPDATE articles SET copy_of = :later WHERE id = :id"), {"later": ids[2], "id": ids[0]})
        connection.execute(
            text(
                "INSERT INTO picture_bodies (digest, media_type, size_bytes, stored_at, body) "
                "SELECT :digest, 'image/png', 3, found_at, :body FROM articles LIMIT 1"
            ),
            {"digest": "0" * 64, "body": b"\x00\xff\n"},
        )

    database.write(add_oddities)
    yield database
    database.close()


@pytest.fixture
def target(empty_url: str) -> Iterator[Database]:
    """A database without any table."""
    database = Database(empty_url)
    yield database
    database.close()


def everything(database: Database) -> dict[str, list[bytes]]:
    """Every row of every table."""
    with database.snapshot() as connection:
        return {table.name: list(table.lines(connection)) for table in copying.copied_tables()}


def test_a_backup_is_restored_into_a_new_place(source: Database, target: Database, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    written = backup.write_backup(source, file, progress=ignore)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix == ".partial"] == []
    told: list[int] = []
    contents = backup.read_backup(file)
    assert contents == written
    backup.restore_backup(file, contents, target, progress=told.append)
    assert sum(told) == contents.rows > 30
    assert everything(target) == everything(source)


def test_a_restored_store_works_and_goes_on_numbering(
    source: Database, target: Database, store: SqlStore, tmp_path: Path
) -> None:
    source.write(lambda connection: connection.execute(text("DELETE FROM reports")))
    last = publish_new(store, "gone")
    source.write(lambda connection: connection.execute(text("DELETE FROM articles WHERE id = :id"), {"id": last}))
    backup.write_backup(source, tmp_path / "all.zip", progress=ignore)
    restore(tmp_path / "all.zip", target)
    restored = open_store(str(target.url.render_as_string(hide_password=False)))
    restored.migrate()
    query = BriefQuery()
    assert restored.list_briefs(query, reader_id=DEFAULT_READER) == store.list_briefs(query, reader_id=DEFAULT_READER)
    assert publish_new(restored, "new") > last, "a number that was given out is not given again"
    restored.close()


def test_a_backup_sees_one_moment_while_others_write(
    source: Database, store: SqlStore, target: Database, tmp_path: Path
) -> None:
    is_done = threading.Event()

    def write() -> None:
        number = 0
        while not is_done.is_set():
            publish_new(store, f"later-{number}")
            number += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            backup.write_backup(source, tmp_path / f"{number}.zip", progress=ignore)
    finally:
        is_done.set()
        thread.join()
    restore(tmp_path / "4.zip", target)


def test_a_move_copies_everything_and_compares(source: Database, target: Database) -> None:
    copying.copy_store(source, target, progress=ignore)
    assert everything(target) == everything(source)
    with pytest.raises(StoreError) as refused:
        copying.copy_store(source, target, progress=ignore)
    assert refused.value.code == "copy_target_used"


def test_a_move_that_was_cut_off_goes_on(source: Database, target: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "CHUNK_ROWS", 1)
    left = 12

    class Killed(BaseException):
        pass

    def die_after_some(rows: int) -> None:
        nonlocal left
        left -= rows
        if left < 0:
            raise Killed

    with pytest.raises(Killed):
        copying.copy_store(source, target, progress=die_after_some)
    half_filled = open_store(target.url.render_as_string(hide_password=False))
    with pytest.raises(StoreError) as refused:
        half_filled.migrate()
    assert refused.value.code == "copy_unfinished"
    half_filled.close()
    told: list[int] = []
    copying.copy_store(source, target, progress=told.append)
    assert max(told) > 1, "what had arrived is not copied again"
    assert everything(target) == everything(source)


def test_a_source_that_changed_meanwhile_is_copied_from_the_start(source: Database, target: Database) -> None:
    copying.begin_copy(target)
    publishers = next(table for table in copying.copied_tables() if table.name == "publishers")
    with source.snapshot() as connection:
        lines = list(publishers.lines(connection))
    target.load(lambda connection: publishers.insert(connection, lines))
    source.write(lambda connection: connection.execute(text("UPDATE publishers SET name = 'Another'")))
    with pytest.raises(StoreError, match="publishers") as refused:
        copying.copy_store(source, target, progress=ignore)
    assert refused.value.code == "copy_differs"
    copying.copy_store(source, target, progress=ignore, starts_over=True)
    assert everything(target) == everything(source)


def test_a_backup_of_an_older_schema_is_restored_and_upgraded(empty_url: str, tmp_path: Path) -> None:
    older = Database(f"sqlite:///{tmp_path / 'older.db'}")
    schema.migrate(older, to="0010")
    older.write(lambda connection: connection.execute(text("UPDATE readers SET name = 'Ada'")))
    backup.write_backup(older, tmp_path / "older.zip", progress=ignore)
    older.close()
    target = Database(empty_url)
    assert backup.read_backup(tmp_path / "older.zip").revision == "0010"
    restore(tmp_path / "older.zip", target)
    assert target.read(schema.stored_revision) == schema.HEAD_REVISION
    target.close()
    restored = open_store(empty_url)
    assert [reader.name for reader in restored.list_readers()] == ["Ada"]
    restored.close()


def test_where_nutgraf_was_never_run_there_is_nothing_to_copy(target: Database) -> None:
    with pytest.raises(StoreError) as refused:
        copying.count_rows(target)
    assert refused.value.code == "no_store"


def test_a_file_that_is_there_is_never_written_over(source: Database, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    file.write_text("mine")
    with pytest.raises(StoreError) as refused:
        backup.write_backup(source, file, progress=ignore)
    assert refused.value.code == "file_exists"
    assert file.read_text() == "mine"


@pytest.fixture(scope="module")
def small_backup(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of one published article."""
    folder = tmp_path_factory.mktemp("backup")
    (folder / "nutgraf.db").write_bytes(migrated_sqlite.read_bytes())
    store = open_store(f"sqlite:///{folder / 'nutgraf.db'}")
    publish_new(store, "a")
    store.close()
    database = Database(f"sqlite:///{folder / 'nutgraf.db'}")
    backup.write_backup(database, folder / "all.zip", progress=ignore)
    database.close()
    return folder / "all.zip"


def forge(
    small_backup: Path,
    file: Path,
    *,
    edit: Edit | None = None,
    replaced: dict[str, bytes] | None = None,
    added: Add | None = None,
) -> Path:
    """The backup with another manifest, other parts or more parts."""
    with zipfile.ZipFile(small_backup) as given, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as forged:
        for name in given.namelist():
            data = (replaced or {}).get(name, given.read(name))
            if name == backup.MANIFEST and edit is not None:
                value = json.loads(data)
                edit(value)
                data = json.dumps(value).encode()
            forged.writestr(name, data)
        if added is not None:
            added(forged)
    return file


def link(archive: zipfile.ZipFile) -> None:
    """Add a symbolic link."""
    member = zipfile.ZipInfo("tables/feeds/000009.jsonl")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


def bomb(archive: zipfile.ZipFile) -> None:
    """Add a part that inflates to more than any part may."""
    with archive.open("tables/feeds/000009.jsonl", "w") as part:
        for _ in range(backup.MAX_PART_BYTES // 1_000_000 + 1):
            part.write(b"[" * 1_000_000)


@pytest.mark.parametrize(
    "added",
    [
        lambda archive: archive.writestr("../../escaped", "x"),
        lambda archive: archive.writestr("/etc/cron.d/escaped", "x"),
        lambda archive: archive.writestr("tables/feeds/../000009.jsonl", "x"),
        lambda archive: archive.writestr("tables/feeds/", ""),
        lambda archive: archive.writestr("tables/feeds/000009.jsonl", "[]\n"),
        link,
        bomb,
    ],
)
def test_an_archive_with_more_than_a_backup_has_is_refused(small_backup: Path, tmp_path: Path, added: Add) -> None:
    file = forge(small_backup, tmp_path / "forged.zip", added=added)
    assert_refused(file, tmp_path)


@pytest.mark.parametrize(
    "edit",
    [
        lambda value: value.update(format="other"),
        lambda value: value.update(format_version=2),
        lambda value: value.pop("tables"),
        lambda value: value.update(tables=[]),
        lambda value: value["tables"].update(feeds={}),
        lambda value: value["tables"]["articles"].update(rows=7),
        lambda value: value["tables"]["articles"].update(sha256="0" * 64),
        lambda value: value["tables"]["articles"].update(parts=[]),
        lambda value: value["tables"]["articles"].update(columns=["id"]),
        lambda value: value["tables"].update(sqlite_master=value["tables"].pop("articles")),
        lambda value: value["tables"].pop("evidence"),
        lambda value: value.update(made_at="yesterday"),
        lambda value: value.update(sequences={"feeds": "many"}),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(small_backup: Path, tmp_path: Path, edit: Edit) -> None:
    assert_refused(forge(small_backup, tmp_path / "forged.zip", edit=edit), tmp_path)


def test_rows_that_are_no_rows_are_refused_also_with_a_right_digest(small_backup: Path, tmp_path: Path) -> None:
    part = "tables/articles/000001.jsonl"
    for number, data in enumerate([b"[1,2]\n", b"{}\n", b"nonsense\n", b"[" * 5_000 + b"]" * 5_000 + b"\n"]):

        def edit(value: dict[str, Any], data: bytes = data) -> None:
            value["tables"]["articles"].update(rows=1, sha256=copying.sum_lines([data]).sha256)

        file = forge(small_backup, tmp_path / f"{number}.zip", edit=edit, replaced={part: data})
        assert_refused(file, tmp_path)


def test_a_damaged_or_cut_off_archive_is_refused(small_backup: Path, tmp_path: Path) -> None:
    data = bytearray(small_backup.read_bytes())
    (tmp_path / "cut.zip").write_bytes(data[: len(data) // 2])
    with zipfile.ZipFile(small_backup) as archive:  # within what a member holds: a date in a header is read by nobody
        largest = max(archive.infolist(), key=lambda member: member.compress_size)
    data[largest.header_offset + 30 + len(largest.filename) + largest.compress_size // 2] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(data)
    (tmp_path / "random.zip").write_bytes(os.urandom(10_000))
    for name in ("cut.zip", "damaged.zip", "random.zip", "missing.zip"):
        assert_refused(tmp_path / name, tmp_path)


def test_a_backup_of_a_newer_version_is_refused(small_backup: Path, tmp_path: Path) -> None:
    file = forge(small_backup, tmp_path / "forged.zip", edit=lambda value: value.update(schema="9999"))
    assert_refused(file, tmp_path, code="schema_newer")


def assert_refused(file: Path, folder: Path, *, code: str = "bad_backup") -> None:
    """Restoring it fails with this code and leaves no store that could be taken for a whole one."""
    target = Database(f"sqlite:///{folder / 'target.db'}")
    with pytest.raises(StoreError) as refused:
        restore(file, target)
    assert refused.value.code == code
    assert str(target.read(schema.stored_revision)).startswith(("None", schema.COPYING))
    target.close()
    assert not (folder.parent / "escaped").exists()
