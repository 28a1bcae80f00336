"""Backup, restore, move and a reader's own data, by their commands."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from nutgraf.adapters.store import open_store
from nutgraf.cli import backup_command, move_command, readers_command, restore_command
from nutgraf.domain.account import Role, TicketKind
from nutgraf.errors import StoreError
from store_values import HOUR, NOON, publish_new


@pytest.fixture
def data(migrated_sqlite: Path, tmp_path: Path) -> Path:
    """A data folder with one brief."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "nutgraf.db").write_bytes(migrated_sqlite.read_bytes())
    store = open_store(f"sqlite:///{folder / 'nutgraf.db'}")
    publish_new(store, "a")
    token = store.issue_ticket(TicketKind.INVITE, role=Role.READER, now=NOON, expires_at=NOON + HOUR)
    store.redeem_ticket(token, name="Bo", password_hash="h", now=NOON)
    store.close()
    return folder


def run(command: click.Command, data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--data", str(data)], catch_exceptions=False)


def brief_count(url: str) -> int:
    store = open_store(url)
    store.migrate()
    try:
        return store.counts().briefs
    finally:
        store.close()


def test_a_backup_is_written_checked_and_restored(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    assert "written" in run(backup_command.command, data, str(file)).output
    assert "can be restored" in run(backup_command.command, data, "--check", str(file)).output
    again = tmp_path / "again"
    assert "Restored and compared" in run(restore_command.command, again, str(file)).output
    assert brief_count(f"sqlite:///{again / 'nutgraf.db'}") == 1
    with pytest.raises(StoreError):
        run(restore_command.command, again, str(file))


def test_a_folder_keeps_as_many_backups_as_asked_and_touches_nothing_else(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("nutgraf-20200101-000000.zip", "nutgraf-20250101-000000.zip", "holiday.zip", "nutgraf-mine.zip"):
        (folder / name).write_text("x")
    run(backup_command.command, data, str(folder), "--keep", "2")
    names = {path.name for path in folder.iterdir()}
    assert {"holiday.zip", "nutgraf-mine.zip", "nutgraf-20250101-000000.zip"} < names
    assert len(names) == 4
    max(folder.glob("nutgraf-2*")).unlink()  # two in one second would have one name
    run(backup_command.command, data, str(folder), "--keep-days", "30")
    assert "nutgraf-20250101-000000.zip" not in {path.name for path in folder.iterdir()}
    assert run(backup_command.command, data, str(tmp_path / "one.zip"), "--keep", "2").exit_code == 2


def test_everything_moves_to_another_database_and_back(data: Path, tmp_path: Path) -> None:
    there, back = f"sqlite:///{tmp_path / 'there.db'}", f"sqlite:///{tmp_path / 'back.db'}"
    assert "Copied and compared" in run(move_command.command, data, "--to", there).output
    run(move_command.command, data, "--from", there, "--to", back)
    assert brief_count(back) == 1


def test_a_reader_is_exported_and_deleted(data: Path) -> None:
    result = CliRunner().invoke(readers_command.command, ["export", "bo", "--data", str(data)], catch_exceptions=False)
    exported = json.loads(result.stdout)
    assert exported["readers"][0]["name"] == "Bo"
    delete = ["delete", "bo", "--data", str(data)]
    assert CliRunner().invoke(readers_command.command, delete, input="n\n").exit_code == 1
    assert CliRunner().invoke(readers_command.command, [*delete, "--yes"], catch_exceptions=False).exit_code == 0
    listed = CliRunner().invoke(readers_command.command, ["list", "--data", str(data)], catch_exceptions=False)
    assert "Bo" not in listed.output
