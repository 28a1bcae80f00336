"""`nutgraf readers`: who may come in, from the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from nutgraf.cli.options import data_option
from nutgraf.errors import NotFound

if TYPE_CHECKING:
    from nutgraf.domain.account import Reader
    from nutgraf.ports import Store
    from nutgraf.settings import Settings

INVITATION_DAYS = 7
RESET_HOURS = 24

_EPILOG = """\b
Examples:
  nutgraf readers list
  nutgraf readers invite
  nutgraf readers reset ada        a link to a new password
  nutgraf readers disable bo
  nutgraf readers export bo -o bo.json    all that is kept of them
  nutgraf readers delete bo
"""


@click.group("readers", epilog=_EPILOG)
def command() -> None:
    """Invite readers, give new passwords, keep somebody out, export and delete. A running server heeds it at once."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@data_option
def list_readers(as_json: bool, data_dir: Path | None) -> None:
    """Show every reader."""
    import json

    with _store(data_dir) as (store, _):
        readers = store.list_readers()
    if as_json:
        click.echo(json.dumps([_as_value(reader) for reader in readers], ensure_ascii=False, indent=2))
        return
    for reader in readers:
        state = "kept out" if reader.disabled_at else "" if reader.has_password else "no password yet"
        click.echo(f"{reader.name}\t{reader.role.value}{f', {state}' if state else ''}")


@command.command("invite")
@click.option("--operator", is_flag=True, help="Somebody who may run the site, too.")
@data_option
def invite(operator: bool, data_dir: Path | None) -> None:
    """Print a link by which one person can come in within a week."""
    from nutgraf.domain.account import Role, TicketKind

    with _store(data_dir) as (store, settings):
        now = datetime.now(UTC)
        token = store.issue_ticket(
            TicketKind.INVITE,
            role=Role.OPERATOR if operator else Role.READER,
            now=now,
            expires_at=now + timedelta(days=INVITATION_DAYS),
        )
    _print_link(settings, token)


@command.command("reset")
@click.argument("name")
@data_option
def reset(name: str, data_dir: Path | None) -> None:
    """Print a link by which a reader can choose a new password within a day."""
    from nutgraf.domain.account import TicketKind

    with _store(data_dir) as (store, settings):
        reader = _find(store, name)
        now = datetime.now(UTC)
        token = store.issue_ticket(
            TicketKind.RESET,
            role=reader.role,
            reader_id=reader.id,
            now=now,
            expires_at=now + timedelta(hours=RESET_HOURS),
        )
    _print_link(settings, token)


@command.command("disable")
@click.argument("name")
@data_option
def disable(name: str, data_dir: Path | None) -> None:
    """Keep a reader out: sessions and links end at once, marks are kept."""
    with _store(data_dir) as (store, _):
        store.set_disabled(_find(store, name).id, datetime.now(UTC))
    click.echo(f"{name} is kept out.")


@command.command("enable")
@click.argument("name")
@data_option
def enable(name: str, data_dir: Path | None) -> None:
    """Let a reader in again."""
    with _store(data_dir) as (store, _):
        store.set_disabled(_find(store, name).id, None)
    click.echo(f"{name} may come in again.")


@command.command("export")
@click.argument("name")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="File to write.")
@data_option
def export(name: str, output: TextIO, data_dir: Path | None) -> None:
    """Write all that is kept of a reader, as JSON: marks, history, follows, mutes, searches, reports, sessions."""
    import json

    with _store(data_dir) as (store, _):
        data = store.reader_data(_find(store, name).id)
    output.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


@command.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def delete(name: str, yes: bool, data_dir: Path | None) -> None:
    """Delete a reader and all they own. Faults they reported stay, without their name."""
    with _store(data_dir) as (store, _):
        reader = _find(store, name)
        if not yes:
            click.confirm(f"Delete {reader.name} with all marks, history, follows, mutes and searches?", abort=True)
        store.delete_reader(reader.id)
    click.echo(f"{reader.name} is deleted.")


@contextmanager
def _store(data_dir: Path | None) -> Iterator[tuple[Store, Settings]]:
    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from

    settings = settings_from(data_dir)
    store = open_application_store(settings)
    try:
        yield store, settings
    finally:
        store.close()


def _find(store: Store, name: str) -> Reader:
    """The reader of that name, also one who has none to sign in with yet. Raises NotFound."""
    found = store.find_reader(name)
    if found is not None:
        return found[0]
    for reader in store.list_readers():
        if reader.name.casefold() == name.casefold():
            return reader
    raise NotFound(f"There is no reader {name!r}; see `nutgraf readers list`.")


def _print_link(settings: Settings, token: str) -> None:
    from nutgraf.cli.serving import site_address

    click.echo(f"{site_address(settings.server)}/welcome/{token}")


def _as_value(reader: Reader) -> dict[str, object]:
    return {
        "name": reader.name,
        "role": reader.role.value,
        "created_at": reader.created_at.isoformat(),
        "has_password": reader.has_password,
        "disabled_at": reader.disabled_at.isoformat() if reader.disabled_at else None,
    }
